import type { SessionUser } from '@baton/session';

/** Who calls with a token: the user, and the session that the token was made from. */
export interface Principal {
  readonly user: SessionUser;
  readonly publicId: string;
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the way Express is extended
  namespace Express {
    interface Request {
      /** Set when the request came with a valid `Authorization: Bearer`; the session guard lets it in. */
      principal?: Principal;
    }
  }
}
