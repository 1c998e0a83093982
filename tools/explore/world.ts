import { Clock } from './clock.ts';
import { within, type Context, type Host, type Step, type StoreOfStep, type Wait } from './context.ts';
import { PostgresServer } from './stores/postgres-server.ts';
import { RedisServer } from './stores/redis-server.ts';
import type { Servers } from './servers.ts';

/** A step whose sender waits. */
export interface Sent extends Step {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Done = { readonly value: unknown } | { readonly error: unknown };

const immediate = () => new Promise<void>((resolve) => setImmediate(resolve));
const realPause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
/** Turns of the event loop without any activity until all replicas are taken to wait for the scheduler. */
const QUIET_TURNS = 3;
const LOCK_CHECK_MS = 4;

export const STOPPED = Symbol('the replica stopped');

/** The replicas, the stores and the time of one schedule. */
export class World implements Host {
  readonly clock = new Clock();
  readonly redis: RedisServer;
  readonly postgres: PostgresServer;
  /** Steps that replicas wait for, in the order in which they were sent. */
  pending: Sent[] = [];
  /** Steps whose caller has given up: they happen later, and nobody gets the answer. */
  late: Sent[] = [];
  readonly stopped = new Set<string>();
  private readonly stops = new Map<string, PromiseWithResolvers<typeof STOPPED>>();
  /** What happened, for people. */
  readonly trace: string[] = [];
  private readonly blocked = new Map<Sent, Promise<Done>>();
  private readonly deadlines = new Set<Wait>();
  private activity = 0;
  /** False once the schedule is over: what its replicas still send is ignored. */
  private isOpen = true;
  /** Counts steps: the judge's clock. */
  moment = 0;

  readonly servers: Servers;

  constructor(servers: Servers) {
    this.servers = servers;
    this.redis = new RedisServer(this);
    this.postgres = new PostgresServer(this);
  }

  noteActivity(): void {
    this.activity++;
  }

  /** The library calls this through its deadlines. Returns what ends the wait. */
  waits(context: Context, what: string, ms: number, expire: () => void): () => void {
    const store: StoreOfStep = what === 'Redis' ? 'redis' : 'postgres';
    const isMine = (step: Step) => step.context.actor === context.actor && step.store === store;
    const taken = new Set<Step | undefined>([...this.deadlines].map(({ step }) => step));
    const wait: Wait = {
      context,
      store,
      dueAt: this.clock.now + ms,
      step: this.pending.findLast((step) => isMine(step) && !taken.has(step)),
      expire: () => {
        this.deadlines.delete(wait);
        this.noteActivity();
        expire();
      },
    };
    this.deadlines.add(wait);
    return () => void this.deadlines.delete(wait);
  }

  /** The deadline that its caller waits for with this step. */
  waitOf(step: Step): Wait | undefined {
    const waits = [...this.deadlines].filter(({ context, store }) => context === step.context && store === step.store);
    return (
      waits.find((wait) => wait.step === step) ??
      waits.findLast((wait) => wait.step === undefined || !this.pending.some((each) => each === wait.step))
    );
  }

  earliestWait(): Wait | undefined {
    let first: Wait | undefined;
    for (const wait of this.deadlines) if (first === undefined || wait.dueAt < first.dueAt) first = wait;
    return first;
  }

  post(step: Step): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (!this.isOpen || this.stopped.has(step.context.replica)) return;
      this.noteActivity();
      this.pending.push({ ...step, resolve, reject });
    });
  }

  /** Until every replica waits for a step, a timer or nothing. */
  async settle(): Promise<void> {
    for (;;) {
      await this.quiet();
      const free = this.pending.find(({ isFree }) => isFree);
      if (free === undefined) return;
      await this.execute(free);
    }
  }

  private async quiet(): Promise<void> {
    for (let turns = 0; turns < QUIET_TURNS;) {
      const before = this.activity;
      await immediate();
      turns = this.activity === before ? turns + 1 : 0;
    }
  }

  /** Runs the step and answers, unless the answer is lost. A step that waits for a lock is answered when it has it. */
  async execute(step: Sent, answer: 'given' | 'lost' = 'given'): Promise<void> {
    this.remove(step);
    this.moment++;
    if (!step.isFree) this.trace.push(`${step.context.actor}: ${step.label}${answer === 'lost' ? ' (answer lost)' : ''}`);
    const done = step.perform().then(
      (value): Done => ({ value }),
      (error: unknown): Done => ({ error }),
    );
    const result = await this.untilDoneOrBlocked(step, done);
    if (result === 'blocked') this.blocked.set(step, done);
    else if (answer === 'given') this.answer(step, result);
    if (step.store === 'postgres') await this.unblock();
  }

  private answer(step: Sent, done: Done): void {
    this.noteActivity();
    if ('error' in done) step.reject(done.error);
    else step.resolve(done.value);
  }

  private async untilDoneOrBlocked(step: Step, done: Promise<Done>): Promise<Done | 'blocked'> {
    for (;;) {
      const first = step.isBlocked === undefined ? await done : await Promise.race([done, realPause(LOCK_CHECK_MS)]);
      if (first !== undefined) return first;
      if (await step.isBlocked!()) return 'blocked';
    }
  }

  /** Answers the steps that no longer wait for a lock. */
  async unblock(): Promise<void> {
    for (const [step, done] of this.blocked) {
      // What the others do next comes first: which answer is faster must not decide.
      await this.quiet();
      const result = await this.untilDoneOrBlocked(step, done);
      if (result === 'blocked') continue;
      this.blocked.delete(step);
      this.trace.push(`${step.context.actor}: ${step.label} (got the lock)`);
      this.answer(step, result);
    }
  }

  /** A deadlock among blocked steps is the server's to solve. */
  async waitForDeadlock(): Promise<boolean> {
    if (this.blocked.size === 0) return false;
    const before = this.blocked.size;
    await realPause(40);
    await this.unblock();
    return this.blocked.size < before;
  }

  /** The caller closes the connection: its commands are on their way and happen later. True if there are any. */
  abandon(carrier: Step['carrier'], error: () => Error): boolean {
    for (const step of this.pending.filter((each) => each.carrier === carrier)) {
      this.remove(step);
      if (step.store !== 'none') this.late.push(step);
      this.answer(step, { error: error() });
    }
    return (
      this.late.some((step) => step.carrier === carrier) || [...this.blocked.keys()].some((step) => step.carrier === carrier)
    );
  }

  remove(step: Sent): void {
    this.pending = this.pending.filter((other) => other !== step);
    this.late = this.late.filter((other) => other !== step);
  }

  /** The caller gives up; the command is on its way and happens later. */
  makeLate(step: Sent): void {
    const wait = this.waitOf(step);
    if (wait === undefined) return;
    this.remove(step);
    this.late.push(step);
    this.trace.push(`${step.context.actor}: ${step.label} (late)`);
    this.clock.now = Math.max(this.clock.now, wait.dueAt);
    wait.expire();
  }

  /** The connection is gone: nobody gets an answer over it. */
  failAll(carrier: Step['carrier'], error: () => Error): void {
    const lost = [...this.pending, ...this.blocked.keys()].filter((step) => step.carrier === carrier);
    for (const step of lost) {
      this.pending = this.pending.filter((other) => other !== step);
      this.blocked.delete(step);
      this.answer(step, { error: error() });
    }
  }

  dropLate(wanted: (step: Step) => boolean): void {
    this.late = this.late.filter((step) => !wanted(step));
  }

  /** The process ends: what it sent may arrive, what it waits for never does. */
  async stop(replica: string): Promise<void> {
    this.stopped.add(replica);
    this.noteActivity();
    this.stops.get(replica)?.resolve(STOPPED);
    this.pending = this.pending.filter((step) => step.context.replica !== replica);
    for (const timer of this.clock.timers) if (timer.context.replica === replica) this.clock.timers.delete(timer);
    for (const wait of this.deadlines) if (wait.context.replica === replica) this.deadlines.delete(wait);
    await this.postgres.killAll(replica);
    await this.redis.killAll(replica);
    await this.unblock();
  }

  untilStopped(replica: string): Promise<typeof STOPPED> {
    const known = this.stops.get(replica) ?? Promise.withResolvers<typeof STOPPED>();
    this.stops.set(replica, known);
    return known.promise;
  }

  async close(): Promise<void> {
    this.isOpen = false;
    this.pending = [];
    this.late = [];
    this.clock.timers.clear();
    await this.postgres.close();
  }

  inReplica<T>(replica: string, actor: string, work: () => T): T {
    return within({ world: this, replica, actor }, work);
  }
}
