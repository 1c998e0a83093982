import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from '../support/breakable/cluster.ts';
import type { Member } from '../support/breakable/member.ts';
import { ask, reasonOf, tallyIn, type Reply } from '../support/visitors/ask.ts';
import { readTally, visitorsWithTally } from './visitors.ts';

/** T, plus slack for a busy machine. */
const BOUND_MS = 1000 + 500;
const PAUSE_MS = 20;

interface Session {
  cookie: string;
  /** Acknowledged additions to its tally. */
  added: number;
  /** Its logout was requested. */
  isLeaving: boolean;
  /** When its logout was acknowledged. */
  endedMs: number | null;
  /** The latest start of a request that was accepted. */
  usedMs: number;
}

/** What the requests of a test got. A correct answer never counts under the first four. */
export interface Figures {
  /** Sessions accepted later than T after their logout was acknowledged. */
  honoured: number;
  /** Tallies without an acknowledged addition. */
  stale: number;
  /** Live sessions refused with 401. */
  loggedOut: number;
  /** Responses other than 200, 401 and 503 with Retry-After, and missing ones. */
  broken: number;
  unavailable: number;
  served: number;
  refused: number;
  /** Of the first four, how long after the start of the watch the last one began. */
  lastWrongMs: number;
}

const NONE = { honoured: 0, stale: 0, loggedOut: 0, broken: 0, unavailable: 0, served: 0, refused: 0, lastWrongMs: 0 };
export const CORRECT = { honoured: 0, stale: 0, loggedOut: 0, broken: 0 };

/** Anonymous sessions of three kinds: some will be logged out, some changed, and all the others only read. */
export class SessionsInUse {
  readonly leaving: Session[];
  readonly changing: Session[];
  readonly reading: Session[];

  private constructor(
    private readonly cluster: Cluster,
    cookies: string[],
    private readonly idleMs: number,
  ) {
    const sessions = cookies.map((cookie) => ({ cookie, added: 1, isLeaving: false, endedMs: null, usedMs: performance.now() }));
    const third = Math.ceil(sessions.length / 3);
    this.leaving = sessions.slice(0, third);
    this.changing = sessions.slice(third, 2 * third);
    this.reading = sessions.slice(2 * third);
  }

  /** `idleMs`: a session that the machine left unused for longer may have expired. */
  static async open(cluster: Cluster, { count = 18, idleMs = Infinity } = {}): Promise<SessionsInUse> {
    const cookies = await visitorsWithTally(cluster.of('portal'), count);
    return new SessionsInUse(cluster, cookies, idleMs);
  }

  get all(): Session[] {
    return [...this.leaving, ...this.changing, ...this.reading];
  }

  /** Logs out and changes the sessions that are to be, until every request is acknowledged. */
  async endAndChange(auths = this.cluster.of('auth'), portals = this.cluster.of('portal')): Promise<void> {
    await Promise.all([
      ...this.leaving.map((session, i) => untilDone(() => this.logOut(session, auths[i % auths.length]!))),
      ...this.changing.map((session, i) => untilDone(() => this.add(session, portals[i % portals.length]!))),
    ]);
  }

  /** False if the response is not a success. */
  async logOut(session: Session, auth: Member): Promise<boolean> {
    session.isLeaving = true;
    const reply = await ask(auth.url, { app: 'auth', method: 'POST', path: '/auth/logout', body: {} }, session.cookie);
    if (reply.status === 204) session.endedMs = performance.now();
    return reply.status === 204;
  }

  /** False if the response is not a success: the addition may be in the tally or not. */
  async add(session: Session, portal: Member): Promise<boolean> {
    const body = { name: 'tea', amount: 1 };
    const { status } = await ask(portal.url, { app: 'portal', method: 'POST', path: '/api/tally', body }, session.cookie);
    if (status === 200) session.added++;
    return status === 200;
  }

  /** Reads every session on these portals in a loop while `work` runs, and at least once. */
  async watchedDuring(
    work: () => Promise<unknown>,
    { portals = this.cluster.of('portal'), pauseMs = PAUSE_MS } = {},
  ): Promise<Watch> {
    const watch = new Watch(portals, this.all, { idleMs: this.idleMs, pauseMs });
    try {
      await work();
    } finally {
      await watch.stop();
    }
    return watch;
  }

  /** Every session once on every portal. */
  async check(): Promise<Figures> {
    return (await this.watchedDuring(() => Promise.resolve())).figures;
  }
}

/** A busy machine may miss a deadline. The limit is that of the test. */
async function untilDone(request: () => Promise<boolean>): Promise<void> {
  while (!(await request())) await pause(PAUSE_MS);
}

/** Reads sessions in a loop per portal and compares every response with what was acknowledged before its request. */
export class Watch {
  readonly figures: Figures = { ...NONE };
  /** Of the responses to live sessions, in milliseconds. */
  readonly times: number[] = [];
  private readonly startMs = performance.now();
  private readonly end = new AbortController();
  private readonly done: Promise<unknown>;

  constructor(
    portals: Member[],
    sessions: Session[],
    private readonly options: { idleMs: number; pauseMs: number },
  ) {
    this.done = Promise.all(portals.map((portal) => this.run(portal, sessions)));
  }

  /** Ends after every session was read at least once on every portal. */
  async stop(): Promise<void> {
    this.end.abort();
    await this.done;
  }

  private async run(portal: Member, sessions: Session[]): Promise<void> {
    do {
      await Promise.all(sessions.map((session) => this.read(portal, session)));
      await pause(this.options.pauseMs);
    } while (!this.end.signal.aborted);
  }

  private async read(portal: Member, session: Session): Promise<void> {
    const startMs = performance.now();
    const { added, endedMs, usedMs } = session;
    const reply = await readTally(portal, session.cookie).catch(reasonOf);
    if (endedMs === null) this.times.push(performance.now() - startMs);
    if (typeof reply === 'string') return this.count('broken', startMs);
    if (reply.status === 200) session.usedMs = Math.max(session.usedMs, startMs);
    const isLive = !session.isLeaving && performance.now() - usedMs < this.options.idleMs;
    this.count(kindOf(reply, { added, isLive, isOver: endedMs !== null && startMs > endedMs + BOUND_MS }), startMs);
  }

  private count(kind: Kind, startMs: number): void {
    this.figures[kind]++;
    if (kind in CORRECT) this.figures.lastWrongMs = Math.round(startMs - this.startMs);
  }
}

type Kind = Exclude<keyof Figures, 'lastWrongMs'>;

function kindOf({ status, retryAfter, body }: Reply, now: { added: number; isLive: boolean; isOver: boolean }): Kind {
  if (status === 503 && retryAfter) return 'unavailable';
  if (status === 401) return now.isLive ? 'loggedOut' : 'refused';
  if (status !== 200) return 'broken';
  if (now.isOver) return 'honoured';
  return (tallyIn(body)['tea'] ?? 0) < now.added ? 'stale' : 'served';
}
