import { tagOf } from '../../model/id.ts';

/** All 256 hash tags: the first byte of a session's key, in hex. */
export const ALL_TAGS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Length of a session's key: an HMAC-SHA-256 in base64url. */
export const KEY_LENGTH = 43;

/** The names of everything this library stores in Redis. */
export class RedisKeys {
  /** Which generation Redis holds, and for which server it was made: `<generation>|<run id>`. */
  readonly generation: string;
  readonly drainLock: string;

  /** `name` is the prefix of all keys. */
  constructor(private readonly name: string) {
    this.generation = `${name}:generation`;
    this.drainLock = `${name}:drain`;
  }

  /** The value of one session. Every request needs it, so nothing else is built here. */
  session(key: string, generation: number): string {
    return `${this.name}:{${tagOf(key)}}:${generation}:${key}`;
  }

  /** All keys of one session. The braces make Redis Cluster keep them in one slot, so that a script may use them together. */
  of(key: string, generation: number) {
    const session = this.session(key, generation);
    return { session, lease: `${session}:lease`, pending: `${session}:pending`, dirty: this.dirty(tagOf(key), generation) };
  }

  /** The set of dirty sessions (Redis is ahead of Postgres) with this tag. */
  dirty(tag: string, generation: number): string {
    return `${this.name}:{${tag}}:${generation}:dirty`;
  }

  /** Matches the keys of all sessions, and of what belongs to them. */
  pattern(generation: number): string {
    return `${this.name}:{*}:${generation}:*`;
  }
}
