import { type Exchange, outcomeOf, type PreferencePath } from '../../../test/support/visitors/exchange.ts';
import { type History, isAccepted, settledMs, stalenessMs, type Violation } from './history.ts';

/** P3: a read that misses an acknowledged change, or shows one that was never requested. */
export function lostChanges(history: History): Violation[] {
  const bySession = Map.groupBy(history.exchanges, (exchange) => exchange.session);
  bySession.delete(null);
  return [...bySession.values()].flatMap((exchanges) => {
    const reads = exchanges.filter(isAccepted);
    return [
      ...reads.flatMap((read) => wrongCounts(history, exchanges, read)),
      ...reads.flatMap((read) => wrongPreferences(history, exchanges, read)),
    ];
  });
}

/** A tally is between the sum of acknowledged additions before the read and the sum of all possible ones. */
function wrongCounts(history: History, exchanges: Exchange[], read: Exchange): Violation[] {
  if (read.response.kind !== 'received' || !read.response.tally || read.operation.kind !== 'tally') return [];
  const tally = read.response.tally;
  const adds = Map.groupBy(exchanges.filter(isEffectiveAdd), ({ operation }) => operation.name);
  const names = new Set([...adds.keys(), ...Object.keys(tally)]);
  return [...names].flatMap((name) => {
    const before = (adds.get(name) ?? []).filter((add) => add.startMs <= read.endMs);
    const sure = before.filter((add) => outcomeOf(add) === 'done' && add.endMs < read.startMs - stalenessMs(history, read));
    const [least, most, found] = [total(sure), total(before), tally[name] ?? 0];
    if (found < least)
      return [violation(`${name}: ${found} in the tally, ${least} acknowledged: ${least - found} lost`, ...sure, read)];
    if (found > most)
      return [violation(`${name}: ${found} in the tally, ${most} requested: ${found - most} too many`, ...before, read)];
    return [];
  });
}

type Add = Exchange & { operation: { kind: 'add'; name: string; amount: number } };
const isEffectiveAdd = (exchange: Exchange): exchange is Add =>
  exchange.operation.kind === 'add' && outcomeOf(exchange) !== 'refused';
const total = (adds: Add[]) => adds.reduce((sum, { operation }) => sum + operation.amount, 0);

/** A preference is the default or a write that no later, acknowledged write replaced before the read began. */
function wrongPreferences(history: History, exchanges: Exchange[], read: Exchange): Violation[] {
  if (read.response.kind !== 'received' || !read.response.preferences || read.operation.kind !== 'preferences') return [];
  const shown = { ...history.defaults, ...read.response.preferences };
  const writes = Map.groupBy(exchanges.filter(isEffectiveWrite), ({ operation }) => operation.path);
  return [...writes].flatMap(([path, all]) => {
    const possible = all.filter(
      (write) => write.startMs <= read.endMs && !isReplaced(history, settledMs(history, write), all, read),
    );
    const values = new Set(possible.map(({ operation }) => operation.value));
    if (!isReplaced(history, -Infinity, all, read)) values.add(history.defaults[path]);
    if (values.has(shown[path])) return [];
    return [violation(`${path}: shows ${shown[path]}, not ${[...values].join(' or ')}`, ...possible, read)];
  });
}

type Write = Exchange & { operation: { kind: 'prefer'; path: PreferencePath; value: string } };
const isEffectiveWrite = (exchange: Exchange): exchange is Write =>
  exchange.operation.kind === 'prefer' && outcomeOf(exchange) !== 'refused';

function isReplaced(history: History, settled: number, all: Write[], read: Exchange): boolean {
  const latest = read.startMs - stalenessMs(history, read);
  return all.some((later) => outcomeOf(later) === 'done' && later.startMs > settled && later.endMs < latest);
}

const violation = (what: string, ...exchanges: Exchange[]): Violation => ({ promise: 'P3', what, exchanges });
