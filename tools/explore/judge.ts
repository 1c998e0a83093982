import type { AppliedFault, Entry, Violation } from './history.ts';

/**
 * Judges what clients saw, by P1 to P4 alone: it knows nothing of the stores, and shares no code with the library.
 *
 * Moments count steps. An operation that began after another ended must see it. One that overlaps, or had no answer, may
 * have happened at any moment after it began.
 */
export function judge(history: readonly Entry[], faults: readonly AppliedFault[], nearCache: boolean): Violation[] {
  const sessions = [...new Set(history.map(({ session }) => session))].filter((name) => name !== '');
  return [
    ...honest(history, faults),
    ...sessions.flatMap((session) => {
      const mine = history.filter((entry) => entry.session === session);
      return [...notLoggedOut(mine), ...staysEnded(mine, faults, nearCache), ...nothingLost(mine, faults, nearCache)];
    }),
  ];
}

const ENDS = new Set(['logout', 'revoke all']);
const isEnd = ({ kind }: Entry) => ENDS.has(kind);
const isDone = ({ outcome }: Entry) => outcome === 'ok';
const before = (one: Entry, other: Entry) => one.end !== undefined && one.end < other.begin;
const named = ({ kind, on, actor, phase }: Entry) => `${kind} on ${on} by ${actor}${phase === 'explored' ? '' : ` (${phase})`}`;

/** P4: an error is a 503, only with a reason, and every operation gets an answer. */
function honest(history: readonly Entry[], faults: readonly AppliedFault[]): Violation[] {
  return history.flatMap((entry): Violation[] => {
    if (entry.outcome === 'failed') return [{ promise: 'P4', what: `${named(entry)} failed: ${entry.why}` }];
    if (entry.outcome === undefined) return [{ promise: 'P4', what: `${named(entry)} got no answer` }];
    const isExcused = faults.length > 0 && entry.phase !== 'recovered' && entry.phase !== 'without copies';
    return entry.outcome === 'unavailable' && !isExcused && entry.phase !== 'setup'
      ? [{ promise: 'P4', what: `${named(entry)} got a 503 without a fault: ${entry.why}` }]
      : [];
  });
}

/** P1: nobody is refused before somebody began to end the session. */
function notLoggedOut(mine: readonly Entry[]): Violation[] {
  const began = Math.min(...mine.filter(isEnd).map(({ begin }) => begin));
  return mine
    .filter(({ outcome, end, kind }) => outcome === 'refused' && !ENDS.has(kind) && end! < began)
    .filter((entry) => !mine.some((other) => other.kind === 'replace' && mayVoid(other, entry)))
    .map((entry) => ({ promise: 'P1', what: `${named(entry)} was refused though nobody ended the session` }));
}

/** A step-up voids the id that other tabs still send, and, if its answer is lost, the only one that its client has. */
const mayVoid = (replace: Entry, { begin, end }: Entry) =>
  replace.begin < end! && (replace.outcome !== 'ok' || replace.end! > begin);

/** P2: an end that was acknowledged, or that somebody has seen, is final. */
function staysEnded(mine: readonly Entry[], faults: readonly AppliedFault[], nearCache: boolean): Violation[] {
  const login = mine.find(({ kind }) => kind === 'login');
  // The end of all sessions may come before a login that is in progress.
  const isOfThis = (entry: Entry) => login?.end !== undefined && login.end < entry.begin;
  const ends = mine.filter(
    (entry) => (isEnd(entry) && isDone(entry) && isOfThis(entry)) || (!isEnd(entry) && entry.outcome === 'refused'),
  );
  if (!mine.some(isEnd)) return [];
  // A refusal shows the work of another entry, which may be missing later for reasons of its own.
  const isFinal = (end: Entry, entry: Entry): boolean =>
    mustBeSeen(end, entry, faults, nearCache) &&
    (isEnd(end) || mine.some((each) => isEnd(each) && each.begin < end.end! && isFinal(each, entry)));
  return mine
    .filter((entry) => entry.kind !== 'login' && !isEnd(entry) && isDone(entry))
    .flatMap((entry) => {
      const end = ends.find((each) => before(each, entry) && isFinal(each, entry));
      return end === undefined
        ? []
        : [{ promise: 'P2', what: `${named(entry)} was honoured after ${named(end)}: ${end.outcome}` }];
    });
}

/** P3: no acknowledged change is lost, and no number is off. */
function nothingLost(mine: readonly Entry[], faults: readonly AppliedFault[], nearCache: boolean): Violation[] {
  return mine
    .filter((entry) => entry.kind === 'read' && entry.seen !== undefined)
    .flatMap((read) => [...wrongNumber(mine, read, faults, nearCache), ...wrongValues(mine, read, faults, nearCache)]);
}

function wrongNumber(mine: readonly Entry[], read: Entry, faults: readonly AppliedFault[], near: boolean): Violation[] {
  const adds = mine.filter(({ kind }) => kind === 'add');
  if (adds.length === 0) return [];
  const least = adds.filter((add) => isDone(add) && before(add, read) && mustBeSeen(add, read, faults, near)).length;
  const most = adds.filter((add) => add.begin < read.end! && add.outcome !== 'refused').length;
  const seen = Number(read.seen!['n'] ?? 0);
  if (seen >= least && seen <= most) return [];
  return [{ promise: 'P3', what: `${named(read)} saw n=${seen}, not ${least === most ? least : `${least} to ${most}`}` }];
}

function wrongValues(mine: readonly Entry[], read: Entry, faults: readonly AppliedFault[], near: boolean): Violation[] {
  const saves = mine.filter(({ kind }) => kind === 'save');
  return [...new Set(saves.map(({ path }) => path!))].flatMap((path): Violation[] => {
    const ofPath = saves.filter((save) => save.path === path && save.begin < read.end!);
    const acknowledged = ofPath.filter((save) => isDone(save) && before(save, read) && mustBeSeen(save, read, faults, near));
    const isReplaced = (save: Entry) => acknowledged.some((later) => before(save, later) && !mayReturn(save, later, faults));
    const possible = ofPath.filter((save) => save.outcome !== 'refused' && !isReplaced(save));
    const values = [...possible.map(({ value }) => value), ...(acknowledged.length === 0 ? [undefined] : [])];
    const seen = read.seen![path] as string | undefined;
    if (values.includes(seen)) return [];
    return [{ promise: 'P3', what: `${named(read)} saw ${path}=${seen}, not ${values.join(' or ')}` }];
  });
}

/** Only Redis had it, because its replica was out of Postgres, and Redis was gone when the later one came: the drain puts it on top. */
const mayReturn = (save: Entry, later: Entry, faults: readonly AppliedFault[]) =>
  faults.some(
    (fault) => touches(fault, OF_POSTGRES, 'postgres') && outOf(fault, save) === save.on && fault.moment <= save.end!,
  ) && faults.some((fault) => touches(fault, OF_REDIS, 'redis') && fault.moment > save.begin && fault.moment <= later.end!);

/** Losing what only the memory of Redis held. */
const LOSES_REDIS = /^redis (restarts|is flushed)/;
const OF_POSTGRES = /postgres/;
const OF_REDIS = /redis/;

/**
 * Whether `later` has to see what `earlier` did. What the stores may lose (decision 3): what Redis alone acknowledged while
 * Postgres was unavailable, if Redis loses its data before Postgres is back. What may be up to T old: a read over a near
 * cache, and what a replica did that could not update Redis. What may be missing until everything works again: what one replica
 * did in the only store that it reached, if the others do not reach that store; and what a replica saved that could not update
 * Redis, if Postgres only reads before it is repaired. Nothing else, ever.
 */
function mustBeSeen(earlier: Entry, later: Entry, faults: readonly AppliedFault[], nearCache: boolean): boolean {
  const losses = faults.filter((fault) => LOSES_REDIS.test(fault.do) && fault.moment > earlier.begin);
  const alone = faults.some(
    (fault) => touches(fault, OF_POSTGRES, 'postgres') && losses.some((loss) => loss.moment >= fault.moment),
  );
  if (alone) return false;
  if (later.phase === 'recovered' || later.phase === 'without copies') return true;
  if (later.phase === 'explored' && (nearCache || isUnrepaired(earlier, faults) || isUndrained(earlier, later, faults)))
    return false;
  return !isApart(earlier, faults) && !isUnmerged(earlier, faults);
}

/** Others may have changed the old copy in Redis alone. Both changes are merged when Postgres takes the one that it lacks. */
const isUnmerged = (earlier: Entry, faults: readonly AppliedFault[]) =>
  !isEnd(earlier) && isUnrepaired(earlier, faults) && faults.some((fault) => fault.do === 'postgres only reads');

/**
 * A replica that has not told Postgres of its outage yet saves in Redis. Who did not notice the outage, and does not reach Redis,
 * reads Postgres without it, until the replica tells, at most T.
 */
const isUndrained = ({ on }: Entry, later: Entry, faults: readonly AppliedFault[]) =>
  faults.some((fault) => /^postgres (restarts|returns)/.test(fault.do) && fault.moment <= later.end!) &&
  faults.some((fault) => touches(fault, OF_REDIS, 'redis') && replicaOf(fault) !== on);

/** The replica of `earlier` lost one store, and others, or all, the other one. Or two other replicas did, one each. */
function isApart(earlier: Entry, faults: readonly AppliedFault[]): boolean {
  const { on } = earlier;
  const ofPostgres = faults.filter((fault) => touches(fault, OF_POSTGRES, 'postgres')).map((fault) => outOf(fault, earlier));
  const ofRedis = faults.filter((fault) => touches(fault, OF_REDIS, 'redis')).map(replicaOf);
  return ofPostgres.some((one) =>
    ofRedis.some((other) => one !== other && (one === on || other === on || (one !== undefined && other !== undefined))),
  );
}

/** After an outage in the setup, the writer may be the last one to notice that Postgres is back. */
const outOf = (fault: AppliedFault, { on, phase }: Entry) => (phase === 'explored' && fault.moment === 0 ? on : replicaOf(fault));

/** A replica could not update Redis: others may read the old copy until the repair, at most T. */
const isUnrepaired = ({ on, end }: Entry, faults: readonly AppliedFault[]) =>
  faults.some(
    (fault) =>
      touches(fault, OF_REDIS, 'redis') && fault.moment <= end! && (replicaOf(fault) === on || fault.do === 'redis only reads'),
  );

const touches = (fault: AppliedFault, name: RegExp, store: string) =>
  fault.store === store || (name.test(fault.do) && !fault.do.endsWith('returns'));
const replicaOf = (fault: AppliedFault) => fault.replica ?? /^([A-Z]) /.exec(fault.do)?.[1];
