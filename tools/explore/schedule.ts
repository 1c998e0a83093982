import { FAULTS, happen, RETURNS } from './faults.ts';
import type { AppliedFault } from './history.ts';
import type { Sent, World } from './world.ts';

/** What a schedule does differently from the default at one of its points. */
export interface Deviation {
  readonly at: number;
  readonly do: string;
}

export interface Alternative {
  readonly do: string;
  readonly preemptions: number;
  readonly faults: number;
}

/** What could have been done at a point instead. */
export interface Point {
  readonly at: number;
  readonly alternatives: readonly Alternative[];
}

/** Decides at every point; undefined means the default. */
export type Chooser = (at: number, alternatives: readonly Alternative[]) => string | undefined;

export const follow =
  (deviations: readonly Deviation[]): Chooser =>
  (at) =>
    deviations.find((deviation) => deviation.at === at)?.do;

/** Loops that may be woken early once a fault has happened; others only if the scenario names them. */
const RECOVERY = new Set(['probeUntilUp', 'keepConnected']);
const MAX_POINTS = 200;

/**
 * Runs the replicas step by step. By default an actor goes on until it ends or waits; a schedule deviates from this at some
 * points: it lets another actor go on (a preemption), or something breaks (a fault).
 */
export class Scheduler {
  readonly points: Point[] = [];
  readonly taken: Deviation[] = [];
  onFault: (fault: AppliedFault) => void = () => undefined;
  private at = 0;
  private actor = '';
  private hadFault = false;

  private readonly world: World;
  private readonly choose: Chooser;
  private readonly wakes: readonly string[];
  private readonly skipped: readonly string[];

  /** `skipped`: faults that do not happen. */
  constructor(world: World, choose: Chooser, wakes: readonly string[], skipped: readonly string[]) {
    [this.world, this.choose, this.wakes, this.skipped] = [world, choose, wakes, skipped];
  }

  /** With choices. */
  async explore(isOver: () => boolean): Promise<void> {
    const { world } = this;
    for (;;) {
      await world.settle();
      if (isOver()) return;
      if (world.pending.length > 0) await this.decide();
      else if (!(await this.idle(isOver))) return;
      if (this.at > MAX_POINTS) throw new Error('The schedule does not end.');
    }
  }

  /** Without choices: `isOver` is asked whenever nothing is pending. */
  async run(isOver: () => boolean): Promise<boolean> {
    const { world } = this;
    for (let round = 0; round < 5000; round++) {
      await world.settle();
      const step = world.pending[0] ?? world.late[0];
      if (step !== undefined) await world.execute(step, world.late.includes(step) ? 'lost' : 'given');
      else if (isOver()) return true;
      else if (!(await this.passTime())) return false;
    }
    throw new Error('The replicas do not come to rest.');
  }

  private async decide(): Promise<void> {
    const step = this.next();
    const alternatives = this.alternatives(step);
    const at = this.at++;
    this.points.push({ at, alternatives });
    const wanted = this.choose(at, alternatives);
    if (wanted === undefined || !alternatives.some((alternative) => alternative.do === wanted)) return this.go(step);
    this.taken.push({ at, do: wanted });
    await this.deviate(wanted, step);
  }

  /** The step of the actor whose turn it is, else the oldest. */
  private next(): Sent {
    const { pending } = this.world;
    return pending.find(({ context }) => context.actor === this.actor) ?? pending[0]!;
  }

  private async go(step: Sent): Promise<void> {
    this.actor = step.context.actor;
    await this.world.execute(step);
  }

  private alternatives(step: Sent): Alternative[] {
    const { world } = this;
    const preempts = step.context.actor === this.actor ? 1 : 0;
    const others = new Set(world.pending.map(({ context }) => context.actor).filter((actor) => actor !== step.context.actor));
    const found: Alternative[] = [];
    const add = (what: string, preemptions: number, faults: number) => found.push({ do: what, preemptions, faults });
    for (const actor of others) add(`run ${actor}`, preempts, 0);
    world.late.forEach((_, i) => add(`run late ${i}`, 1, 0));
    for (const name of this.wakeable()) add(`wake ${name}`, 1, 0);
    for (const { name, isPossible } of RETURNS) if (isPossible(world)) add(name, 1, 0);
    if (step.store === 'none') return found;
    if (world.waitOf(step) !== undefined) add('late', 0, 1);
    add('lost', 0, 1);
    add('failed', 0, 1);
    for (const { name, isPossible } of FAULTS) if (isPossible(world)) add(name, 0, 1);
    return found.filter((each) => !this.skipped.includes(each.do));
  }

  private wakeable(): string[] {
    const names = new Set<string>();
    for (const { context, what } of this.world.clock.timers) {
      const name = `${context.replica} ${what}`;
      if (this.wakes.includes(name) || (this.hadFault && RECOVERY.has(what))) names.add(name);
    }
    return [...names];
  }

  private async deviate(what: string, step: Sent): Promise<void> {
    const { world } = this;
    if (what.startsWith('run late ')) return world.execute(world.late[Number(what.slice('run late '.length))]!, 'lost');
    if (what.startsWith('run ')) return this.go(world.pending.find(({ context }) => `run ${context.actor}` === what)!);
    if (what.startsWith('wake ')) return this.wake(what.slice('wake '.length));
    const isReturn = RETURNS.some(({ name }) => name === what);
    this.hadFault ||= !isReturn;
    const isOfStep = what === 'late' || what === 'lost' || what === 'failed';
    this.onFault({ do: what, moment: world.moment, ...(isOfStep ? { replica: step.context.replica, store: step.store } : {}) });
    if (what === 'late') return world.makeLate(step);
    if (!isOfStep) return happen(what, world);
    this.actor = step.context.actor;
    if (what === 'lost') await world.execute(step, 'lost');
    else world.trace.push(`${step.context.actor}: ${step.label} (failed)`);
    await step.carrier?.kill();
    if (what === 'lost') step.reject(new Error('Connection terminated unexpectedly'));
  }

  wake(name: string): void {
    const { clock, trace } = this.world;
    const timer = clock.earliest(({ context, what }) => `${context.replica} ${what}` === name);
    if (timer === undefined) return;
    trace.push(`-- ${name} wakes`);
    clock.fire(timer);
  }

  /** Operations wait for something that is not a step. */
  private async idle(isOver: () => boolean): Promise<boolean> {
    const { world } = this;
    if (await world.waitForDeadlock()) return true;
    const late = world.late[0];
    if (late !== undefined && !isOver()) {
      await world.execute(late, 'lost');
      return true;
    }
    return this.passTime();
  }

  /** The next timer or deadline. False: nobody waits for any. */
  private passTime(): Promise<boolean> {
    const { clock } = this.world;
    const timer = clock.earliest();
    const wait = this.world.earliestWait();
    if (wait !== undefined && (timer === undefined || wait.dueAt <= timer.dueAt)) {
      clock.now = Math.max(clock.now, wait.dueAt);
      wait.expire();
    } else if (timer !== undefined) clock.fire(timer);
    return Promise.resolve(timer !== undefined || wait !== undefined);
  }
}
