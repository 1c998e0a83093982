/** The process that handled a request. */
export interface ServedBy {
  app: string;
  replica: string;
  version: string;
}

export const ServedBy = Symbol('ServedBy');
