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
  /** How many of them were random walks, with more deviations than the bounds allow. */
  readonly walks: number;
  /** Which numbers of preemptions and faults are exhausted: every schedule with these has run. `1+1` is one of each. */
  readonly complete: readonly string[];
  readonly findings: readonly Finding[];
}

/** The deviations of one schedule, as a list that shares its head with others: there are millions of them. */
interface Prefix extends Deviation {
  readonly before: Prefix | null;
  readonly preemptions: number;
  readonly faults: number;
}

const NOTHING: Prefix = { before: null, at: -1, do: '', preemptions: 0, faults: 0 };
/** Of the time, for random walks; none if the bounds are all there is. */
const WALKS = 0.15;
const OLDER_DUMP = /older dump/;

function deviationsOf(prefix: Prefix): Deviation[] {
  const deviations: Deviation[] = [];
  for (let each = prefix; each.before !== null; each = each.before) deviations.unshift({ at: each.at, do: each.do });
  return deviations;
}

/**
 * All schedules of a scenario within the bounds, those with fewer deviations first, and of these, those with fewer faults; at
 * the end random walks with more deviations. (Bounded search as in CHESS, Musuvathi 2008; few random changes as in PCT,
 * Burckhardt 2010.)
 */
export class Exploration {
  private schedules = 0;
  private walks = 0;
  private readonly complete: string[] = [];
  private readonly waiting = new Map<string, Prefix[]>();
  private readonly findings = new Map<string, Finding>();
  private readonly random: Random;
  private pointsOfDefault = 1;
  private readonly library: Library;
  private readonly scenario: Scenario;
  private readonly budget: Budget;
  private readonly walksFrom: number;

  constructor(library: Library, scenario: Scenario, budget: Budget) {
    [this.library, this.scenario, this.budget] = [library, scenario, budget];
    this.random = new Random(budget.seed);
    const share = budget.isExhaustive ? 0 : WALKS;
    this.walksFrom = budget.until - share * (budget.until - performance.now());
  }

  async run(lanes: readonly Servers[]): Promise<Explored> {
    this.waiting.set(nameOf(NOTHING), [NOTHING]);
    for (const bounds of classesWithin(this.budget)) {
      const prefixes = this.random.shuffled(this.waiting.get(nameOf(bounds)) ?? []);
      this.waiting.set(nameOf(bounds), prefixes);
      await this.runAll(lanes, prefixes);
      if (this.mustStop) break;
      this.complete.push(nameOf(bounds));
      this.waiting.delete(nameOf(bounds));
    }
    if (!this.budget.isExhaustive) await Promise.all(lanes.map((lane) => this.walk(lane)));
    const { schedules, walks, complete } = this;
    return { scenario: this.scenario.name, schedules, walks, complete, findings: [...this.findings.values()] };
  }

  private get mustStop(): boolean {
    return this.isOver || performance.now() > this.walksFrom;
  }

  private get isOver(): boolean {
    const { until, schedules, firstOnly } = this.budget;
    return performance.now() > until || this.schedules >= schedules || (firstOnly && this.findings.size > 0);
  }

  /** `prefixes` grows meanwhile: who goes on after an actor has ended costs nothing. */
  private async runAll(lanes: readonly Servers[], prefixes: readonly Prefix[]): Promise<void> {
    let i = 0;
    const work = async (lane: Servers) => {
      while (i < prefixes.length && !this.mustStop) {
        const prefix = prefixes[i++]!;
        const deviations = deviationsOf(prefix);
        const needsDump = deviations.some((deviation) => OLDER_DUMP.test(deviation.do));
        const outcome = await this.one(lane, follow(deviations), needsDump);
        if (prefix === NOTHING) this.pointsOfDefault = outcome.points.length;
        if (outcome.violations.length === 0) this.extend(prefix, outcome.points);
      }
    };
    // The last schedule of one lane may add work when the others have gone.
    while (i < prefixes.length && !this.mustStop) await Promise.all(lanes.map(work));
  }

  private extend(prefix: Prefix, points: readonly Point[]): void {
    for (const { at, alternatives } of points.slice(prefix.at + 1))
      for (const alternative of alternatives) {
        const [preemptions, faults] = [prefix.preemptions + alternative.preemptions, prefix.faults + alternative.faults];
        if (preemptions > this.budget.preemptions || faults > this.budget.faults) continue;
        const next = { before: prefix, at, do: alternative.do, preemptions, faults };
        const known = this.waiting.get(nameOf(next));
        if (known === undefined) this.waiting.set(nameOf(next), [next]);
        else known.push(next);
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

const nameOf = ({ preemptions, faults }: Bounds) => `${preemptions}+${faults}`;

/** By their sum; with the same sum, those with fewer faults first. */
function classesWithin({ preemptions, faults }: Bounds): Bounds[] {
  const all: Bounds[] = [];
  for (let sum = 0; sum <= preemptions + faults; sum++)
    for (let f = Math.max(0, sum - preemptions); f <= Math.min(sum, faults); f++) all.push({ preemptions: sum - f, faults: f });
  return all;
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
