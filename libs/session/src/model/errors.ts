export type StoreName = 'near' | 'redis' | 'postgres' | 'memory';

/** The store did not respond or is unreachable. Whether the session lives is unknown: never treat this as "not found". */
export class StoreUnavailableError extends Error {
  override readonly name: string = 'StoreUnavailableError';
  constructor(
    readonly store: StoreName | 'sessions',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What a store holds of a session does not decode. Trying again does not help. */
export class UnreadableSessionError extends StoreUnavailableError {}

/**
 * The value is not sealed by a key of SESSION_ENCRYPTION_KEYS. Keys are added everywhere before one writes, so its key was
 * removed and the session cannot be read again; or no key sealed it, and anybody who can write to the store may have made it.
 */
export class RemovedKeyError extends UnreadableSessionError {
  constructor(readonly keyId: string) {
    super('sessions', `A stored session needs encryption key ${keyId}, which is not in SESSION_ENCRYPTION_KEYS.`);
  }
}

/** The session ended (revoked or expired) between the load and the save of one request. */
export class SessionGoneError extends Error {
  override readonly name = 'SessionGoneError';
  constructor() {
    super('The session ended while the request was in progress.');
  }
}

/** More attributes than one session may hold. */
export class AttributesTooLargeError extends Error {
  override readonly name = 'AttributesTooLargeError';
  constructor(
    readonly bytes: number,
    readonly limitBytes: number,
  ) {
    super(`The session would hold ${bytes} bytes; the limit is ${limitBytes}.`);
  }
}

/** The user has as many sessions as SESSION_MAX_PER_USER allows, and SESSION_LIMIT_POLICY is deny-new. */
export class TooManySessionsError extends Error {
  override readonly name = 'TooManySessionsError';
  constructor(readonly limit: number) {
    super(`This account already has ${limit} open sessions.`);
  }
}

/** One address has created as many sessions within a minute as SESSION_CREATIONS_PER_ADDRESS allows. */
export class TooManyCreationsError extends Error {
  override readonly name = 'TooManyCreationsError';
  constructor(readonly retryAfterSeconds: number) {
    super('Too many new sessions from your address. Please try again in a moment.');
  }
}
