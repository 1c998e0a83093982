import type { Client } from '../support/client.ts';

/** `wrong`: the password or another proof; `malformed`: nothing has its type, or the path names what does not exist. */
export type Given = 'right' | 'wrong' | 'malformed';

/** What a request of a visitor sends, after it. */
export interface Prepared {
  /** Fields that replace those of the example. */
  body?: object;
  /** Replaces `{id}` in the path. */
  id?: string;
  /** `?` included. */
  query?: string;
}

/** By `method path`: what a user, or for their routes an administrator, does before the request, unless it is malformed. */
export type Steps = Record<string, (client: Client, given: Given) => Promise<Prepared>>;
