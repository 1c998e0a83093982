import { Random } from '../../test/support/random.ts';
import type { Library } from './replica.ts';
import { runSchedule, type Outcome } from './run.ts';
import type { Scenario } from './scenarios.ts';
import { follow, type Alternative, type Chooser, type Deviation, type Point } from './schedule.ts';
import type { Servers } from './servers.ts';

export interface Bounds {
  readonly preemptions: number;
  readonly faults: number;
}

export interface Budget extends Bounds {
  /** performance.now() */
  readonly until: number;
  readonly schedules: number;
  readonly seed: number;
  /** Faults that do not happen. */
  readonly skipped: readonly string[];
  /** No random walks beyond the bounds. */
  readonly isExhaustive: boolean;
  /** Ends at the first violation. */
  readonly firstOnly: boolean;
}

export interface Finding {
  readonly scenario: Scenario;
  readonly outcome: Outcome;
  /** How many schedules had run. */
  readonly after: number;
}

export interface Explored {
  readonly scenario: string;
  readonly schedules: number;
  /** How many of them were random walks beyond the bounds. */
  readonly walks: number;
  /** Every schedule with up to this many deviations, within the bounds, has run. */
  readonly complete: number;
  readonly findings: readonly Finding[];
}

interface Prefix {
  readonly deviations: readonly Deviation[];
  readonly preemptions: number;
  readonly faults: number;
}

const NOTHING: Prefix = { deviations: [], preemptions: 0, faults: 0 };
const OLDER_DUMP = /older dump/;

/**
 * All schedules of a scenario within the bounds, those with fewer deviations first; after these, random walks with more
 * deviations. (Bounded search as in CHESS, Musuvathi 2008; few random changes as in PCT, Burckhardt 2010.)
 */
export class Exploration {
  private schedules = 0;
  private walks = 0;
  private complete = -1;
  private readonly findings = new Map<string, Finding>();
  private readonly random: Random;
  private pointsOfDefault = 1;
  private readonly library: Library;
  private readonly scenario: Scenario;
  private readonly budget: Budget;

  constructor(library: Library, scenario: Scenario, budget: Budget) {
    [this.library, this.scenario, this.budget] = [library, scenario, budget];
    this.random = new Random(budget.seed);
  }

  async run(lanes: readonly Servers[]): Promise<Explored> {
    let level: Prefix[] = [NOTHING];
    for (let depth = 0; level.length > 0 && !this.isOver; depth++) {
      const next = await this.runLevel(lanes, level);
      if (this.isOver) break;
      this.complete = depth;
      level = this.random.shuffled(next);
    }
    if (!this.budget.isExhaustive) await Promise.all(lanes.map((lane) => this.walk(lane)));
    const { schedules, walks, complete } = this;
    return { scenario: this.scenario.name, schedules, walks, complete, findings: [...this.findings.values()] };
  }

  private get isOver(): boolean {
    const { until, schedules, firstOnly } = this.budget;
    return performance.now() > until || this.schedules >= schedules || (firstOnly && this.findings.size > 0);
  }

  /** Returns the prefixes with one deviation more. */
  private async runLevel(lanes: readonly Servers[], level: readonly Prefix[]): Promise<Prefix[]> {
    const next: Prefix[] = [];
    let i = 0;
    const work = async (lane: Servers) => {
      for (let prefix = level[i++]; prefix !== undefined && !this.isOver; prefix = level[i++]) {
        const needsDump = prefix.deviations.some((deviation) => OLDER_DUMP.test(deviation.do));
        const outcome = await this.one(lane, follow(prefix.deviations), needsDump);
        if (prefix === NOTHING) this.pointsOfDefault = outcome.points.length;
        if (outcome.violations.length === 0) this.extend(prefix, outcome.points, next);
      }
    };
    await Promise.all(lanes.map(work));
    return next;
  }

  private extend(prefix: Prefix, points: readonly Point[], next: Prefix[]): void {
    const last = prefix.deviations.at(-1)?.at ?? -1;
    for (const { at, alternatives } of points.slice(last + 1))
      for (const alternative of alternatives) {
        const [preemptions, faults] = [prefix.preemptions + alternative.preemptions, prefix.faults + alternative.faults];
        if (preemptions > this.budget.preemptions || faults > this.budget.faults) continue;
        next.push({ deviations: [...prefix.deviations, { at, do: alternative.do }], preemptions, faults });
      }
  }

  private async walk(lane: Servers): Promise<void> {
    while (!this.isOver) {
      this.walks++;
      await this.one(lane, this.randomChooser(), true);
    }
  }

  /** Three to six deviations anywhere: most defects need few (PCT). */
  private randomChooser(): Chooser {
    const count = this.random.between(3, 6);
    const at = new Set(Array.from({ length: count }, () => this.random.between(0, this.pointsOfDefault + count)));
    const choices = Array.from({ length: count + 1 }, () => this.random.next());
    let i = 0;
    return (point: number, alternatives: readonly Alternative[]) =>
      at.has(point) && alternatives.length > 0 ? alternatives[Math.floor(choices[i++]! * alternatives.length)]?.do : undefined;
  }

  private async one(lane: Servers, choose: Chooser, needsDump: boolean): Promise<Outcome> {
    const outcome = await runSchedule(lane, this.library, this.scenario, choose, { needsDump, skipped: this.budget.skipped });
    this.schedules++;
    const first = outcome.violations[0];
    if (first !== undefined) {
      const known = `${first.promise} ${first.what.replaceAll(/[0-9]+|[AB]\b/g, '')}`;
      if (!this.findings.has(known)) this.findings.set(known, { scenario: this.scenario, outcome, after: this.schedules });
    }
    return outcome;
  }
}

/** Fewer deviations, then fewer operations, as long as the same promise is broken. */
export async function shrink(lane: Servers, library: Library, finding: Finding): Promise<Finding> {
  const { promise } = finding.outcome.violations[0]!;
  let smallest = finding;
  const attempt = async (scenario: Scenario, deviations: readonly Deviation[]): Promise<boolean> => {
    const outcome = await runSchedule(lane, library, scenario, follow(deviations)).catch(() => null);
    if (outcome === null || outcome.violations[0]?.promise !== promise) return false;
    smallest = { ...finding, scenario, outcome };
    return true;
  };
  for (let again = true; again;) {
    again = false;
    const { scenario, outcome } = smallest;
    for (const [without, deviations] of shorter(outcome.deviations)) {
      if (again) break;
      again = without && (await attempt(scenario, deviations));
    }
    for (const smaller of again ? [] : fewerOperations(scenario)) if (!again) again = await attempt(smaller, outcome.deviations);
  }
  return smallest;
}

/** Each without one deviation. A fault is a point of its own, so what follows may move by one. */
function* shorter(deviations: readonly Deviation[]): Generator<[boolean, Deviation[]]> {
  for (let i = 0; i < deviations.length; i++)
    for (const shift of [0, 1])
      yield [true, deviations.flatMap((each, j) => (j === i ? [] : [{ ...each, at: j > i ? each.at - shift : each.at }]))];
}

function* fewerOperations(scenario: Scenario): Generator<Scenario> {
  for (let i = 0; i < scenario.clients.length; i++)
    for (let j = 0; j < scenario.clients[i]!.length; j++) {
      const clients = scenario.clients
        .map((each, k) => (k === i ? each.filter((_, l) => l !== j) : each))
        .filter(({ length }) => length > 0);
      yield { ...scenario, clients };
    }
}
