/** Who takes part, from left to right. */
export const ACTORS = ['You', 'Replica', 'Redis', 'Postgres'] as const;

export type Actor = (typeof ACTORS)[number];

export interface Step {
  from: Actor;
  to: Actor;
  text: string;
  /** Drawn broken off: the one who is asked does not answer. */
  fails?: boolean;
}

export interface Flow {
  id: string;
  title: string;
  lead: string;
  steps: Step[];
  /** Where it is done, from the root of the repository. */
  files: string[];
}

export const FLOWS: Flow[] = [
  {
    id: 'read',
    title: 'Reading: who are you?',
    lead: 'Every request asks Redis first. Postgres is asked only when Redis has no answer, and nothing is written on the way.',
    steps: [
      { from: 'You', to: 'Replica', text: 'A request with the cookie. It holds a random id, signed; nothing else.' },
      { from: 'Replica', to: 'Redis', text: 'One GET, under a hash of the id, with a deadline of 150 ms.' },
      {
        from: 'Replica',
        to: 'Postgres',
        text: 'Only on a miss or an error: the system of record decides, and the copy is filled again.',
      },
      { from: 'Replica', to: 'You', text: 'The page. If neither store can be asked: 503 and “try again”, never “signed out”.' },
    ],
    files: ['libs/session/src/http', 'libs/session/src/stores/tiered'],
  },
  {
    id: 'save',
    title: 'Saving: an acknowledged change stays',
    lead: 'What a request changed is stored before the first byte of its answer leaves, and only what it changed.',
    steps: [
      { from: 'You', to: 'Replica', text: 'Put an article into the cart.' },
      {
        from: 'Replica',
        to: 'Postgres',
        text: 'The difference, guarded by the version: if another replica was first, it is applied again on top.',
      },
      { from: 'Replica', to: 'Redis', text: 'The newer record replaces the older one, never the other way round.' },
      { from: 'Replica', to: 'You', text: 'Now, and not before: saved.' },
    ],
    files: ['libs/session/src/model/merge-patch.ts', 'libs/session/src/stores/postgres'],
  },
  {
    id: 'end',
    title: 'Signing out: final, everywhere',
    lead: 'A session that ended must not come back: not from a cache, not from a backup, not through a slow request.',
    steps: [
      { from: 'You', to: 'Replica', text: 'Sign out, here or on another device.' },
      {
        from: 'Replica',
        to: 'Postgres',
        text: 'One transaction: the session is stamped as ended and the event is written down.',
      },
      { from: 'Replica', to: 'Redis', text: 'A tombstone takes its place, so no late write can revive it.' },
      { from: 'Postgres', to: 'Replica', text: 'Every replica hears the event within a second and tells your open tabs.' },
    ],
    files: ['libs/session/src/stores/redis/scripts.ts', 'libs/session/src/nest'],
  },
  {
    id: 'recover',
    title: 'Losing Redis, and trusting it again',
    lead: 'A store that returns may hold the past. It is believed only after it has proved to be up to date.',
    steps: [
      {
        from: 'Replica',
        to: 'Redis',
        text: 'No answer in time. The breaker opens; your request does not wait for it again.',
        fails: true,
      },
      {
        from: 'Replica',
        to: 'Postgres',
        text: 'Sessions are read and saved there; what Redis misses is noted in the same transaction.',
      },
      {
        from: 'Redis',
        to: 'Replica',
        text: 'It is back. Is it the same server, with nothing lost? If not, all its old keys are disowned.',
      },
      { from: 'Replica', to: 'Redis', text: 'What it missed is applied. Only then it is read from again.' },
    ],
    files: ['libs/session/src/stores/redis/redis-link.ts', 'libs/session/src/stores/tiered'],
  },
];
