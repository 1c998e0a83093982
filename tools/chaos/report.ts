import { type Exchange, outcomeOf } from '../../test/support/visitors/exchange.ts';
import type { History, Violation } from './history/history.ts';

/** The result of a run as text. */
export function report({ exchanges, faults }: History, violations: Violation[]): string {
  const outcomes = Object.groupBy(exchanges, outcomeOf);
  const count = (outcome: 'done' | 'refused' | 'unknown') => outcomes[outcome]?.length ?? 0;
  return [
    `${exchanges.length} requests: ${count('done')} done, ${count('refused')} refused, ${count('unknown')} with unknown outcome; ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`,
    ...summary(violations),
    ...violations.slice(0, 20).map(explain),
    violations.length === 0 ? 'No promise was broken.' : `Violations: ${violations.length}`,
  ].join('\n');
}

/** How often each promise was broken, and in how many sessions. */
export function summary(violations: Violation[]): string[] {
  const byPromise = Object.groupBy(violations, ({ promise }) => promise);
  return Object.entries(byPromise).map(([promise, found]) => {
    const sessions = new Set(found.flatMap(({ exchanges }) => exchanges.map(({ session }) => session)));
    return `${promise}: ${found.length} in ${sessions.size} ${sessions.size === 1 ? 'session' : 'sessions'}`;
  });
}

function explain({ promise, what, exchanges }: Violation): string {
  return [`${promise} ${what}`, ...exchanges.slice(-4).map((exchange) => `     ${line(exchange)}`)].join('\n');
}

function line({ number, startMs, endMs, client, session, cookie, replica, operation, response }: Exchange): string {
  const { kind, ...details } = operation;
  const result = response.kind === 'none' ? response.why : `${response.status}${response.store ? ` from ${response.store}` : ''}`;
  const request = `${kind} ${Object.values(details).join(' ')}`.trim();
  return `#${number} ${Math.round(startMs)}-${Math.round(endMs)} ms  ${client} ${session} ${cookie} -> ${replica}: ${request} -> ${result}`;
}
