import type { SessionStore } from '../model/store.ts';
import type { Database } from './postgres/database.ts';

/**
 * For stores without transactions of their own: what has to be checked or written in Postgres together with a creation or
 * a revocation is done there first. If it fails, no session begins or ends.
 */
export function withTransactions<S extends SessionStore>(store: S, database: Database | null): S {
  if (database === null) return store;
  const overrides: Pick<SessionStore, 'create' | 'revokeAll'> = {
    async create(session, { guard, ...options } = {}) {
      if (guard) await database.transaction(guard);
      return store.create(session, options);
    },
    async revokeAll(userId, { within, ...options } = {}) {
      if (within) await database.transaction(within);
      return store.revokeAll(userId, options);
    },
  };
  return Object.assign(Object.create(store) as S, overrides);
}
