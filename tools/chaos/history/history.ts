import { type Exchange, outcomeOf, type Preferences } from '../../../test/support/visitors/exchange.ts';

/** What was asked, what was answered, and when: all that a check needs to judge a run, and nothing that it could believe by mistake. */
export interface History {
  exchanges: Exchange[];
  faults: FaultSpan[];
  /** T of the promises: how late a logout or a change may still be unknown somewhere. */
  boundMs: number;
  /** What a busy machine may add to T before it counts: the time between the response leaving and the client noting it. */
  slackMs: number;
  /** Replicas keep copies of their own, or stores stall, so a change may be unknown elsewhere for up to T at any time. */
  isLagging: boolean;
  /** What the portal shows before anybody chose. */
  defaults: Preferences;
}

/** From the moment something was broken until the system had recovered from it, not only until it was mended. */
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

/** True when the response shows that the replica took the cookie for a live session. A logout proves nothing: it also succeeds without one. */
export function isHonoured(exchange: Exchange): boolean {
  const { operation, response, cookie, user } = exchange;
  if (cookie === null || operation.kind === 'login' || operation.kind === 'logout') return false;
  if (outcomeOf(exchange) !== 'done' || response.kind !== 'received') return false;
  return operation.kind === 'read' ? response.user === user : response.cookie !== 'issued' || operation.kind === 'password';
}

/**
 * The moment after which a change cannot take effect any more. An answered one: when it was answered. An unanswered one may sit in a
 * frozen server or a frozen link, so it can come through until the fault that it met is over.
 */
export function settledMs(history: History, exchange: Exchange): number {
  if (outcomeOf(exchange) !== 'unknown') return exchange.endMs;
  const met = history.faults.filter((fault) => overlaps(fault, exchange));
  return Math.max(exchange.endMs, ...met.map((fault) => fault.endMs)) + history.boundMs + history.slackMs;
}

export const overlaps = (a: { startMs: number; endMs: number }, b: { startMs: number; endMs: number }) =>
  a.startMs <= b.endMs && b.startMs <= a.endMs;

/** How old the state may be that this read shows: up to T while something is broken (with a near cache or stalls: at any time), else not at all. */
export function stalenessMs(history: History, exchange: Exchange): number {
  const mayLag = history.isLagging || history.faults.some((fault) => overlaps(fault, exchange));
  return mayLag ? history.boundMs + history.slackMs : 0;
}
