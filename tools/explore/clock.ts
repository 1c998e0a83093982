import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';
import { contextOf, within, type Context, type Timer } from './context.ts';

/** Loops of the library that a scenario may wake: `name` is the method that waits. */
const LOOPS = /\.(pulse|poll|listen|probeUntilUp|keepConnected|repairSoon)\b/;

const INSTANT_MS = 0.001;

/** Time as the replicas of one schedule see it, in milliseconds since its start. It passes only when the scheduler says so. */
export class Clock {
  now = 0;

  /** Never the same twice, as on a real machine. */
  read(): number {
    return (this.now += INSTANT_MS);
  }

  readonly timers = new Set<Timer>();

  add(context: Context, ms: number, what: string, fire: () => void): Timer {
    const timer = { context, dueAt: this.now + Math.max(0, ms || 0), what, fire };
    this.timers.add(timer);
    context.world.noteActivity();
    return timer;
  }

  remove(timer: Timer): void {
    this.timers.delete(timer);
  }

  fire(timer: Timer): void {
    this.timers.delete(timer);
    this.now = Math.max(this.now, timer.dueAt);
    timer.context.world.noteActivity();
    within(timer.context, timer.fire);
  }

  earliest(wanted: (timer: Timer) => boolean = () => true): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) if (wanted(timer) && (first === undefined || timer.dueAt < first.dueAt)) first = timer;
    return first;
  }
}

function loopOfCaller(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 5;
  const { stack } = new Error();
  Error.stackTraceLimit = limit;
  return LOOPS.exec(stack ?? '')?.[1] ?? 'timer';
}

/** A handle as setTimeout returns it. */
const handleOf = (timer: Timer) => {
  const handle = { timer, ref: () => handle, unref: () => handle, hasRef: () => false };
  return handle;
};

/** Inside a replica, timers, performance.now() and random pauses belong to the schedule; everywhere else they stay as they are. */
export function virtualizeTime(): void {
  const { setTimeout: realTimeout, clearTimeout: realClear, performance } = globalThis;
  const [realNow, realRandom, realSleep] = [performance.now.bind(performance), Math.random, timersPromises.setTimeout];
  const clockOf = () => contextOf()?.world.clock;
  const timeout = (fire: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
    const here = contextOf();
    return here === undefined
      ? realTimeout(fire, ms, ...args)
      : handleOf(here.world.clock.add(here, ms, 'timer', () => fire(...args)));
  };
  const clear = (handle: unknown) => {
    const timer = (handle as { timer?: Timer } | undefined)?.timer;
    if (timer === undefined) realClear(handle as NodeJS.Timeout);
    else timer.context.world.clock.remove(timer);
  };
  Object.assign(globalThis, { setTimeout: timeout, clearTimeout: clear });
  Object.defineProperty(performance, 'now', { value: () => clockOf()?.read() ?? realNow() });
  Math.random = () => (clockOf() === undefined ? realRandom() : 0.5);
  const sleep = (ms = 0, value?: unknown, options?: object) => {
    const here = contextOf();
    if (here === undefined) return realSleep(ms, value, options);
    const what = loopOfCaller();
    return new Promise((resolve) => here.world.clock.add(here, ms, what, () => resolve(value)));
  };
  Object.assign(timersPromises, { setTimeout: sleep });
  syncBuiltinESMExports();
}
