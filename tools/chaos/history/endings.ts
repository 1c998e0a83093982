import { type Exchange, outcomeOf } from '../../../test/support/visitors/exchange.ts';
import { type History, settledMs } from './history.ts';

/** A logout, a "log out everywhere else" or a password change, seen from one cookie: did it end this cookie, or only maybe? */
export interface Ending {
  by: Exchange;
  certain: boolean;
}

/** The endings of every cookie of a history, by the cookie's label. */
export function endingsByCookie(history: History): Map<string, Ending[]> {
  const enders = history.exchanges.filter((exchange) => isEnder(exchange) && outcomeOf(exchange) !== 'refused');
  const endings = new Map<string, Ending[]>();
  for (const issue of history.exchanges) {
    if (issue.response.kind !== 'received' || !issue.response.issued) continue;
    endings.set(issue.response.issued, [...endingsOf(history, issue, enders), ...theftsOf(history, issue)]);
  }
  return endings;
}

const isEnder = ({ operation }: Exchange) => ['logout', 'revoke-others', 'password'].includes(operation.kind);

function endingsOf(history: History, issue: Exchange, enders: Exchange[]): Ending[] {
  return enders
    .filter((ender) => ender !== issue && ender.user === issue.user && concerns(ender, issue))
    .filter((ender) => issue.startMs <= settledMs(history, ender))
    .map((by) => ({ by, certain: outcomeOf(by) === 'done' && issue.endMs < by.startMs && knewItsOwnCookie(by, issue) }));
}

/** Who uses a cookie that was replaced longer ago than this is taken for a thief, and the session ends. */
const GRACE_MS = 30_000;

function theftsOf({ exchanges, slackMs }: History, issue: Exchange): Ending[] {
  const own = exchanges.filter(({ session }) => session === issue.session);
  const replacements = own.filter(({ response }) => response.kind === 'received' && response.cookie === 'issued');
  return own
    .filter(({ cookie, endMs }) => replacements.some((by) => by.cookie === cookie && endMs > by.startMs + GRACE_MS - slackMs))
    .map((by) => ({ by, certain: false }));
}

/** Is the session that the cookie was issued for one of those that this ends? A login belongs to the session it opens. */
function concerns(ender: Exchange, issue: Exchange): boolean {
  const isOwn = ender.session === issue.session;
  if (ender.operation.kind === 'logout') return isOwn;
  return ender.operation.kind === 'password' || !isOwn;
}

/** A logout with an older cookie of the same session may meanwhile have lost the right to end it. */
const knewItsOwnCookie = (ender: Exchange, issue: Exchange) =>
  ender.operation.kind !== 'logout' || (issue.response.kind === 'received' && ender.cookie === issue.response.issued);

/** Whether any of these explains the 401. */
export const mayHaveEnded = (endings: Ending[] | undefined, refused: Exchange) =>
  (endings ?? []).some(({ by }) => by.startMs < refused.endMs);
