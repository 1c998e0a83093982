import { type Exchange, outcomeOf } from '../../../test/support/visitors/exchange.ts';
import { type History, settledMs } from './history.ts';

/** A logout, "log out everywhere else" or password change that revoked a cookie: certainly, or possibly. */
export interface Revocation {
  by: Exchange;
  certain: boolean;
}

/** The revocations of every cookie, by the label of the cookie. */
export function revocationsByCookie(history: History): Map<string, Revocation[]> {
  const candidates = history.exchanges.filter((exchange) => revokesSessions(exchange) && outcomeOf(exchange) !== 'refused');
  const revocations = new Map<string, Revocation[]>();
  for (const issue of history.exchanges) {
    if (issue.response.kind !== 'received' || !issue.response.issued) continue;
    const inherited = isRenewal(issue)
      ? (revocations.get(issue.cookie!) ?? []).map((revocation) => passedOn(revocation, issue))
      : [];
    const own = revocationsOf(history, issue, candidates);
    revocations.set(issue.response.issued, [...own, ...inherited, ...theftsOf(history, issue)]);
  }
  return revocations;
}

const revokesSessions = ({ operation }: Exchange) => ['logout', 'revoke-others', 'password'].includes(operation.kind);

function revocationsOf(history: History, issue: Exchange, candidates: Exchange[]): Revocation[] {
  return candidates
    .filter((by) => by !== issue && by.user === issue.user && revokes(by, issue))
    .filter((by) => issue.startMs <= settledMs(history, by))
    .map((by) => ({ by, certain: outcomeOf(by) === 'done' && issue.endMs < by.startMs && sentCurrentCookie(by, issue) }));
}

/** A new cookie for the same session, which any request may get. */
const isRenewal = ({ operation, cookie }: Exchange) => cookie !== null && !['login', 'password'].includes(operation.kind);

/** What revoked the session before its cookie was renewed. A request of the session itself may have been about the old cookie only. */
const passedOn = ({ by, certain }: Revocation, issue: Exchange): Revocation => ({
  by,
  certain: certain && by.session !== issue.session,
});

/** Use of a cookie that was replaced longer ago than this, or replaced twice, counts as theft and revokes the session. */
const GRACE_MS = 30_000;

function theftsOf({ exchanges, slackMs }: History, issue: Exchange): Revocation[] {
  const own = exchanges.filter(({ session }) => session === issue.session);
  const replacements = own.filter(({ response }) => response.kind === 'received' && response.cookie === 'issued');
  const replacedMs = new Map(replacements.map(({ cookie, startMs }) => [cookie, startMs]));
  const isStolen = ({ cookie, endMs }: Exchange) =>
    replacements.some(
      (by) =>
        by.cookie === cookie && (endMs > by.startMs + GRACE_MS - slackMs || endMs > (replacedMs.get(issuedBy(by)) ?? Infinity)),
    );
  return own.filter(isStolen).map((by) => ({ by, certain: false }));
}

const issuedBy = ({ response }: Exchange) => (response.kind === 'received' ? (response.issued ?? null) : null);

/** Whether this request revokes the session that the cookie was issued for. The session of a login is the one it opens. */
function revokes(by: Exchange, issue: Exchange): boolean {
  const isOwn = by.session === issue.session;
  if (by.operation.kind === 'logout') return isOwn;
  return by.operation.kind === 'password' || !isOwn;
}

/** A logout with an older cookie of the session may no longer be allowed to revoke it. */
const sentCurrentCookie = (by: Exchange, issue: Exchange) =>
  by.operation.kind !== 'logout' || (issue.response.kind === 'received' && by.cookie === issue.response.issued);

/** Whether any of these explains the 401. */
export const mayBeRevoked = (revocations: Revocation[] | undefined, refused: Exchange) =>
  (revocations ?? []).some(({ by }) => by.startMs < refused.endMs);
