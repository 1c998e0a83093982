import { type Exchange, outcomeOf, type Preferences } from '../../../test/support/visitors/exchange.ts';

/** All requests, responses and faults of a run, with their times: the only input of the checker. */
export interface History {
  exchanges: Exchange[];
  faults: FaultSpan[];
  /** T: how long a logout or a change may take to reach every replica. */
  boundMs: number;
  /** Added to T for a busy machine: the time between sending a response and recording it. */
  slackMs: number;
  /** With a near cache or stalls, any read may be up to T old. */
  isLagging: boolean;
  /** How long a session lives without use; null if longer than the run. */
  idleMs: number | null;
  /** The portal's default preferences. */
  defaults: Preferences;
}

/** From the injection of a fault until the system has recovered, which is later than the repair. */
export interface FaultSpan {
  name: string;
  startMs: number;
  endMs: number;
}

/** One broken promise, with the exchanges that prove it. */
export interface Violation {
  promise: 'P1' | 'P2' | 'P3' | 'P4';
  what: string;
  exchanges: Exchange[];
}

/** Whether the response proves that the replica accepted the cookie. A logout does not: it also succeeds without a session. */
export function isAccepted(exchange: Exchange): boolean {
  const { operation, response, cookie, user } = exchange;
  if (cookie === null || operation.kind === 'login' || operation.kind === 'logout') return false;
  if (outcomeOf(exchange) !== 'done' || response.kind !== 'received') return false;
  return operation.kind === 'read' ? response.user === user : response.cookie !== 'issued' || operation.kind === 'password';
}

/**
 * The time after which a change can no longer take effect: the time of its response. Without a response, the request may be stuck in a
 * frozen server or link, and can take effect until that fault ends.
 */
export function settledMs(history: History, exchange: Exchange): number {
  if (outcomeOf(exchange) !== 'unknown') return exchange.endMs;
  const met = history.faults.filter((fault) => overlaps(fault, exchange));
  return Math.max(exchange.endMs, ...met.map((fault) => fault.endMs)) + history.boundMs + history.slackMs;
}

export const overlaps = (a: { startMs: number; endMs: number }, b: { startMs: number; endMs: number }) =>
  a.startMs <= b.endMs && b.startMs <= a.endMs;

/** How stale this read may be: up to T during a fault (with a near cache or stalls: at any time), otherwise not at all. */
export function stalenessMs(history: History, exchange: Exchange): number {
  const mayLag = history.isLagging || history.faults.some((fault) => overlaps(fault, exchange));
  return mayLag ? history.boundMs + history.slackMs : 0;
}
