/** From left to right. */
export const ACTORS = ['You', 'Replica', 'Redis', 'Postgres'] as const;

export type Actor = (typeof ACTORS)[number];

export interface Step {
  from: Actor;
  to: Actor;
  text: string;
  /** Drawn as interrupted: no response. */
  fails?: boolean;
}

export interface Flow {
  id: string;
  title: string;
  lead: string;
  steps: Step[];
  /** The source files, from the root of the repository. */
  files: string[];
}

export const FLOWS: Flow[] = [
  {
    id: 'read',
    title: 'Reading a session',
    lead: 'Every request reads Redis first, and Postgres only on a miss or an error. A read writes nothing.',
    steps: [
      { from: 'You', to: 'Replica', text: 'A request with the cookie, which holds a signed random id and nothing else.' },
      { from: 'Replica', to: 'Redis', text: 'One GET, by a hash of the id, with a deadline of 150 ms.' },
      {
        from: 'Replica',
        to: 'Postgres',
        text: 'Only on a miss or an error: the system of record decides, and the copy in Redis is refilled.',
      },
      { from: 'Replica', to: 'You', text: 'The page. If both stores are unavailable: 503 and “try again”, never “signed out”.' },
    ],
    files: ['libs/session/src/http', 'libs/session/src/stores/tiered'],
  },
  {
    id: 'save',
    title: 'Saving a change',
    lead: 'A change is stored before the first byte of the response is sent, and only what changed is written.',
    steps: [
      { from: 'You', to: 'Replica', text: 'Put an article into the cart.' },
      {
        from: 'Replica',
        to: 'Postgres',
        text: 'The difference, guarded by the version: if another replica was faster, it is applied again to the newer record.',
      },
      { from: 'Replica', to: 'Redis', text: 'The newer record replaces the older copy, never the reverse.' },
      { from: 'Replica', to: 'You', text: 'Only now the response: saved.' },
    ],
    files: ['libs/session/src/model/merge-patch.ts', 'libs/session/src/stores/postgres'],
  },
  {
    id: 'end',
    title: 'Signing out',
    lead: 'A revoked session never comes back: not from a cache, not from a backup, not through a slow request.',
    steps: [
      { from: 'You', to: 'Replica', text: 'Sign out, here or on another device.' },
      {
        from: 'Replica',
        to: 'Postgres',
        text: 'One transaction marks the session as revoked and writes an event.',
      },
      { from: 'Replica', to: 'Redis', text: 'A tombstone replaces the copy, so no late write can revive it.' },
      { from: 'Postgres', to: 'Replica', text: 'Every replica receives the event within a second and notifies your open tabs.' },
    ],
    files: ['libs/session/src/stores/redis/scripts.ts', 'libs/session/src/nest'],
  },
  {
    id: 'recover',
    title: 'Losing Redis and trusting it again',
    lead: 'A store that returns may hold old data. It is trusted only after it is known to be up to date.',
    steps: [
      {
        from: 'Replica',
        to: 'Redis',
        text: 'No response within the deadline. The circuit breaker opens, so later requests do not wait.',
        fails: true,
      },
      {
        from: 'Replica',
        to: 'Postgres',
        text: 'Sessions are read and saved there; the same transaction records what Redis misses.',
      },
      {
        from: 'Redis',
        to: 'Replica',
        text: 'It responds again. If it is another server or has lost data, all its old keys are invalidated.',
      },
      { from: 'Replica', to: 'Redis', text: 'Missed changes are applied. Only then requests read it again.' },
    ],
    files: ['libs/session/src/stores/redis/redis-link.ts', 'libs/session/src/stores/tiered'],
  },
];
