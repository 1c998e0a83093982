import { tagOf } from '../../model/id.ts';

/** Everything Baton keeps in Redis begins with this. */
export const PREFIX = 'baton';

/** Which generation Redis holds, and for which server it was made: `<generation>|<run id>`. */
export const GENERATION_KEY = `${PREFIX}:generation`;

/** Where replicas that follow no Postgres feed hear that something changed. */
export const ALL_TAGS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Where the record of one session is. On the path of every request, so it makes no other key. */
export function sessionKey(key: string, generation: number): string {
  return `${PREFIX}:{${tagOf(key)}}:${generation}:${key}`;
}

/** The keys of one session. The braces make Redis Cluster put them into one slot, so that a script may touch them all. */
export function keysOf(key: string, generation: number) {
  const session = sessionKey(key, generation);
  return { session, lease: `${session}:lease`, pending: `${session}:pending`, dirty: dirtyKey(tagOf(key), generation) };
}

/** Sessions of one tag that Redis holds newer than Postgres. */
export function dirtyKey(tag: string, generation: number): string {
  return `${PREFIX}:{${tag}}:${generation}:dirty`;
}
