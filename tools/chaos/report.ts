import { type Exchange, outcomeOf } from '../../test/support/visitors/exchange.ts';
import type { History, Violation } from './history/history.ts';

/** What a run found, for people. */
export function report({ exchanges, faults }: History, violations: Violation[]): string {
  const outcomes = Object.groupBy(exchanges, outcomeOf);
  const count = (outcome: 'done' | 'refused' | 'unknown') => outcomes[outcome]?.length ?? 0;
  return [
    `${exchanges.length} requests: ${count('done')} done, ${count('refused')} refused, ${count('unknown')} without a certain outcome; ${faults.length} faults`,
    ...summary(violations),
    ...violations.slice(0, 20).map(explain),
    violations.length === 0 ? 'Every promise was kept.' : `${violations.length} violations.`,
  ].join('\n');
}

/** How often each promise was broken, and in how many sessions. */
export function summary(violations: Violation[]): string[] {
  const byPromise = Object.groupBy(violations, ({ promise }) => promise);
  return Object.entries(byPromise).map(([promise, found]) => {
    const sessions = new Set(found.flatMap(({ exchanges }) => exchanges.map(({ session }) => session)));
    return `${promise}: ${found.length} in ${sessions.size} sessions`;
  });
}

function explain({ promise, what, exchanges }: Violation): string {
  return [`${promise} ${what}`, ...exchanges.slice(-4).map((exchange) => `     ${line(exchange)}`)].join('\n');
}

function line({ number, startMs, endMs, client, session, cookie, replica, operation, response }: Exchange): string {
  const { kind, ...details } = operation;
  const said = response.kind === 'none' ? response.why : `${response.status}${response.store ? ` from ${response.store}` : ''}`;
  const asked = `${kind} ${Object.values(details).join(' ')}`.trim();
  return `#${number} ${Math.round(startMs)}-${Math.round(endMs)} ms  ${client} ${session} ${cookie} -> ${replica}: ${asked} -> ${said}`;
}
