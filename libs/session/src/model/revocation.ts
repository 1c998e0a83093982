/** Why a session ended. Stored with the event of the revocation: a value, once released, keeps its spelling. */
export type RevocationReason =
  | 'logout'
  | 'replaced at login'
  | 'ended by its owner'
  | 'revoke all'
  | 'password changed'
  | 'second factor changed'
  | 'account disabled'
  | 'account deleted'
  | 'roles changed'
  | 'ended by an administrator'
  | 'signed out by the identity provider'
  | 'session limit'
  | 'everybody was signed out'
  | typeof THEFT;

/** An id was presented that had been replaced: two people hold ids of the session. */
export const THEFT = 'an old session id was used';
/** The reason of the one event that ends every session. */
export const EVERYBODY = 'everybody was signed out';
