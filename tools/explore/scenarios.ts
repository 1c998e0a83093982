import type { Operation } from './history.ts';

/** A few operations at the same time, from a known state. */
export interface Scenario {
  readonly name: string;
  readonly what: string;
  /** Operations and faults, one after the other, before anything is explored. */
  readonly setup: readonly (Operation | string)[];
  /** Each list is one client: its operations follow each other; the clients run at the same time. */
  readonly clients: readonly (readonly Operation[])[];
  /** Loops of replicas that a schedule may wake at any point: "A pulse". */
  readonly wakes?: readonly string[];
  readonly nearCacheMs?: number;
}

type On = 'A' | 'B';
const S = 's';
const read = (on: On): Operation => ({ kind: 'read', on, session: S });
const save = (on: On, path: string, value: string): Operation => ({ kind: 'save', on, session: S, path, value });
const add = (on: On): Operation => ({ kind: 'add', on, session: S });
const logout = (on: On): Operation => ({ kind: 'logout', on, session: S });
const revokeAll = (on: On): Operation => ({ kind: 'revoke all', on, session: S });
const touch = (on: On): Operation => ({ kind: 'touch', on, session: S });
const issue = (on: On): Operation => ({ kind: 'issue', on, session: S });
const replace = (on: On): Operation => ({ kind: 'replace', on, session: S });
const login = (on: On): Operation => ({ kind: 'login', on, session: S });
const wake = (on: On, path: string): Operation => ({ kind: 'wake', on, session: '', path });

const probe = 'probeUntilUp';
const pulse = 'pulse';
const poll = 'poll';
const reconnect = 'keepConnected';

export const SCENARIOS: readonly Scenario[] = [
  { name: 'read-logout', what: 'a read against a logout', setup: [login('A')], clients: [[read('A')], [logout('B')]] },
  {
    name: 'fill-logout',
    what: 'a read that fills the copy against a logout',
    setup: [login('A'), 'redis is flushed'],
    clients: [[read('A')], [logout('B')]],
  },
  {
    name: 'fill-save',
    what: 'a read that fills the copy against a save',
    setup: [login('A'), 'redis is flushed'],
    clients: [[read('A')], [save('B', 'x', '1')]],
  },
  {
    name: 'save-save',
    what: 'saves of different paths and exact updates on two replicas',
    setup: [login('A')],
    clients: [
      [save('A', 'x', '1'), add('A')],
      [save('B', 'y', '1'), add('B')],
    ],
  },
  {
    name: 'save-save-same',
    what: 'saves of the same path on two replicas',
    setup: [login('A')],
    clients: [[save('A', 'x', '1'), read('B')], [save('B', 'x', '2')]],
  },
  {
    name: 'save-revoke-all',
    what: 'a save against the end of all sessions of its user',
    setup: [login('A')],
    clients: [[save('A', 'x', '1')], [revokeAll('B')]],
  },
  {
    name: 'renew-renew',
    what: 'two replicas issue a new id, and their clients use it',
    setup: [login('A')],
    clients: [
      [issue('A'), read('A')],
      [issue('B'), read('B')],
    ],
  },
  {
    name: 'replace-read',
    what: 'an id that a step-up replaced at once, used on another replica',
    setup: [login('A')],
    clients: [[replace('B'), read('A')], [read('B')]],
  },
  {
    name: 'login-revoke-all',
    what: 'a login against the end of all sessions of its user',
    setup: [],
    clients: [[login('A'), read('B')], [revokeAll('B')]],
  },
  {
    name: 'login-logout',
    what: 'the logout of a session that was opened a moment ago',
    setup: [],
    clients: [[login('A'), logout('B')]],
  },
  {
    name: 'touch-logout',
    what: 'a touch against a logout',
    setup: [login('A')],
    clients: [[touch('A')], [logout('B')]],
  },
  {
    name: 'drain-logout',
    what: 'a drain against a logout on a replica that did not notice the outage',
    setup: [login('A'), 'A loses postgres', add('A'), 'postgres returns'],
    clients: [[wake('A', probe)], [logout('B')]],
  },
  {
    name: 'drain-drain',
    what: 'two replicas drain the same session',
    setup: [login('A'), 'postgres goes', add('A'), add('B'), 'postgres returns'],
    clients: [[wake('A', probe)], [wake('B', probe)]],
  },
  {
    name: 'drain-save',
    what: 'a drain against exact updates on both sides',
    setup: [login('A'), 'A loses postgres', add('A'), 'postgres returns'],
    clients: [[wake('A', probe), add('A')], [add('B')]],
  },
  {
    name: 'drain-save-same',
    what: 'a drain against a save of the same path by a client that has read what is to be drained',
    setup: [login('A'), 'A loses postgres', save('A', 'x', '1'), 'postgres returns'],
    clients: [[wake('A', probe)], [read('B'), save('B', 'x', '2'), read('B')]],
  },
  {
    name: 'away-save',
    what: 'exact updates on two replicas while Postgres is away',
    setup: [login('A'), 'postgres goes', add('A')],
    clients: [[add('A')], [add('B')]],
  },
  {
    name: 'away-return',
    what: 'changes while Postgres returns',
    setup: [login('A'), 'postgres goes', add('A'), 'postgres returns'],
    clients: [[add('A'), read('B')], [wake('A', probe)], [wake('B', probe)]],
  },
  {
    name: 'logout-away-return',
    what: 'reads of a session that was logged out while Postgres was away and returns',
    setup: [login('A'), 'postgres goes', logout('A'), 'postgres returns'],
    clients: [[wake('B', probe)], [read('B')]],
  },
  {
    name: 'read-only-logout',
    what: 'a read against a logout while Postgres only reads',
    setup: [login('A'), 'postgres only reads', wake('A', pulse), wake('B', pulse)],
    clients: [[logout('A'), read('B')], [read('B')]],
  },
  {
    name: 'repair-distrust',
    what: 'a repair of what Redis missed against its next loss',
    setup: [login('A'), 'redis goes', save('A', 'x', '1'), 'redis returns'],
    clients: [[wake('A', reconnect)], [wake('B', reconnect)], [read('B')]],
  },
  {
    name: 'repair-logout',
    what: 'a logout that Redis missed, repaired by the replica that did not miss it',
    setup: [login('A'), 'B loses redis', logout('B'), 'redis returns'],
    clients: [[read('A')], [wake('A', poll)]],
    wakes: ['A repairSoon'],
  },
  {
    name: 'near-logout',
    what: 'the near cache against a logout',
    setup: [login('A'), read('A')],
    clients: [[read('A'), read('A')], [logout('B')]],
    nearCacheMs: 500,
    wakes: ['A poll', 'B poll'],
  },
  {
    name: 'pulse-save',
    what: 'the pulses of both replicas against a save',
    setup: [login('A'), 'A loses postgres', add('A'), 'postgres returns'],
    clients: [[wake('A', probe)], [wake('B', pulse)], [add('B')]],
  },
];
