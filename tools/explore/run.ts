import { happen, REPLICAS, RETURNS } from './faults.ts';
import type { AppliedFault, Entry, Violation } from './history.ts';
import { judge } from './judge.ts';
import { REVOCATION_MS, type Library } from './replica.ts';
import type { Scenario } from './scenarios.ts';
import { Scheduler, type Chooser, type Deviation, type Point } from './schedule.ts';
import type { Servers } from './servers.ts';
import { Stage } from './stage.ts';
import { World } from './world.ts';

/** One schedule of one scenario, from start to verdict. */
export interface Outcome {
  readonly deviations: readonly Deviation[];
  readonly points: readonly Point[];
  readonly violations: readonly Violation[];
  readonly history: readonly Entry[];
  readonly trace: readonly string[];
}

const RECOVERY_LIMIT_MS = 30_000;
/** Within this time every loop that keeps the stores equal has run once: pulse and poll run twice per revocation bound. */
const TURN_MS = REVOCATION_MS / 2 + 100;

export interface RunOptions {
  /** False: no schedule restores an older state of Redis, so it need not be kept. */
  readonly needsDump?: boolean;
  /** Faults that do not happen. */
  readonly skipped?: readonly string[];
}

export async function runSchedule(
  servers: Servers,
  library: Library,
  scenario: Scenario,
  choose: Chooser,
  { needsDump = true, skipped = [] }: RunOptions = {},
): Promise<Outcome> {
  await servers.empty();
  const world = new World(servers);
  const stage = new Stage(world, library, scenario);
  const scheduler = new Scheduler(world, choose, scenario.wakes ?? [], skipped);
  const faults: AppliedFault[] = [];
  const outcome = (violations: Violation[]): Outcome => ({
    deviations: scheduler.taken,
    points: scheduler.points,
    violations,
    history: stage.history,
    trace: world.trace,
  });
  try {
    await stage.boot(scheduler, REPLICAS);
    for (const item of scenario.setup) if (typeof item === 'string') faults.push({ do: item, moment: 0 });
    scheduler.onFault = (fault) => faults.push(fault);
    if (needsDump) await world.redis.keepForLater();
    await explore(stage, scheduler, scenario);
    if (RETURNS.some(({ isPossible }) => isPossible(world))) await letPass(world, stage, scheduler);
    const isRecovered = await recover(world, stage, scheduler);
    if (!isRecovered) return outcome([{ promise: 'P4', what: 'the replicas did not recover' }]);
    await readEverywhere(stage, scheduler, 'recovered');
    await world.redis.flush();
    await readEverywhere(stage, scheduler, 'without copies');
    return outcome(judge(stage.history, faults, (scenario.nearCacheMs ?? 0) > 0));
  } catch (error) {
    return outcome([{ promise: 'P4', what: `the schedule failed: ${error instanceof Error ? error.message : String(error)}` }]);
  } finally {
    await world.close();
  }
}

/** The clients of the scenario, and afterwards one who reads everywhere. */
async function explore(stage: Stage, scheduler: Scheduler, { clients }: Scenario): Promise<void> {
  stage.phase = 'explored';
  const running = clients.map((operations, i) => stage.client(operations, `${operations[0]!.kind} ${i + 1}`));
  await scheduler.explore(() => running.every(({ isOver }) => isOver()));
  const reader = stage.client(readsOf(stage), 'reader');
  await scheduler.explore(reader.isOver);
}

const readsOf = (stage: Stage) =>
  stage.living.flatMap(({ name }) => stage.sessions.map((session) => ({ kind: 'read' as const, on: name, session })));

async function readEverywhere(stage: Stage, scheduler: Scheduler, phase: Entry['phase']): Promise<void> {
  stage.phase = phase;
  await stage.perform(scheduler, readsOf(stage), 'reader');
}

/** What is broken stays broken; T passes twice, because a loop may have begun its turn before. */
async function letPass(world: World, stage: Stage, scheduler: Scheduler): Promise<void> {
  world.trace.push('-- the revocation bound passes');
  const until = world.clock.now + 2 * REVOCATION_MS;
  await scheduler.run(() => world.clock.now >= until);
  await readEverywhere(stage, scheduler, 'a bound later');
}

/** Everything works again, and every loop has had its turn. False: a replica did not come back, or a drain is missing. */
async function recover(world: World, stage: Stage, scheduler: Scheduler): Promise<boolean> {
  for (const { name, isPossible } of RETURNS) if (isPossible(world)) await happen(name, world);
  world.trace.push('-- everything works again');
  const startedAt = world.clock.now;
  let readyAt = Infinity;
  const areReady = () => stage.living.every(({ isReady }) => isReady);
  for (;;) {
    await scheduler.run(() => {
      if (world.clock.now - startedAt > RECOVERY_LIMIT_MS) return true;
      readyAt = areReady() ? Math.min(readyAt, world.clock.now) : Infinity;
      return world.clock.now >= readyAt + TURN_MS;
    });
    if (!areReady()) return false;
    if (!(await world.redis.isDirty(stage.living[0]!.backend.status().generation))) return true;
    if (world.clock.now - startedAt > RECOVERY_LIMIT_MS) return false;
    readyAt = world.clock.now;
  }
}
