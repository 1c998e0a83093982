/** Which process answered; the tale of this portal is that it does not matter. */
export interface ServedBy {
  app: string;
  replica: string;
  version: string;
}

export const SERVED_BY = Symbol('served by');
