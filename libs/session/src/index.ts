import './express-session.ts';

export { networkOf } from './http/network.ts';
export { KeyedMutex } from './kit/keyed-mutex.ts';
export { AttributesTooLargeError, SessionGoneError, StoreUnavailableError, TooManySessionsError } from './model/errors.ts';
export type { Attributes, Device, Json, SessionRecord } from './model/record.ts';
export type { CreateOptions, SessionStore, Tx } from './model/store.ts';
export { EVERYBODY, THEFT, type RevocationReason } from './model/revocation.ts';
export type { Backend, BackendOptions, RedisAccess, Strategy, StoresStatus, StoreStatus } from './stores/backend.ts';
export { createBackend } from './stores/backend.ts';
export { Database } from './stores/postgres/database.ts';
export type { SessionEvent } from './stores/postgres/events.ts';
export { ADVISORY_LOCKS } from './stores/postgres/locks.ts';
export { SessionFeed } from './stores/postgres/feed.ts';
export { migrate } from './stores/postgres/migrate.ts';
export { EndedSessionGuard } from './nest/ended-session.guard.ts';
export { registerStoreMetrics } from './nest/store-metrics.ts';
export { toHttpError } from './nest/http-errors.ts';
export {
  SESSION_CONFIG,
  sessionSettings,
  toSessionConfig,
  type SessionConfig,
  type SessionSettings,
} from './nest/session-config.ts';
export { sessionInfo, type SessionInfo } from './nest/session-info.ts';
export { CurrentSession, SessionGuard, type RequestPrincipal } from './nest/session.guard.ts';
export { SessionModule, type SessionModuleOptions } from './nest/session.module.ts';
export { Sessions, type SessionUser, type SignInOptions } from './nest/sessions.ts';
export { StoreHealth } from './nest/store-health.ts';
