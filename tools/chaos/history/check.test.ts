import { check } from './check.ts';
import type { ExchangeResponse, Exchange, Operation } from '../../../test/support/visitors/exchange.ts';
import type { FaultSpan } from './history.ts';

/** Histories written by hand: what is right must pass, and each broken promise must be found. Times in ms, T = 1000. */
const SHOP = { user: 'ada', client: 'ada-1', session: 's1', cookie: 'c1', replica: 'portal-1' };

describe('P1, no random logout', () => {
  it('a session that is served is fine', () => expect(found(login(0), read(100), read(5000))).toEqual([]));
  it('a 401 out of nowhere is found', () =>
    expect(found(login(0), read(100, unauthorized))).toEqual(['P1 was logged out, though nothing had ended the session']));
  it('a 401 after a logout is right', () => expect(found(login(0), logout(100), read(200, unauthorized))).toEqual([]));
  it('a 401 while a logout is under way is right', () =>
    expect(found(login(0), { ...logout(100), endMs: 900 }, read(200, unauthorized))).toEqual([]));
  it('a 401 after a logout that nobody answered may be right', () =>
    expect(found(login(0), logout(100, unavailable), read(200, unauthorized), during(0, 500))).toEqual([]));
  it('a 401 before the logout began is found', () =>
    expect(found(login(0), read(100, unauthorized), logout(2000))).toHaveLength(1));
  it("another user's logout explains nothing", () =>
    expect(found(login(0), { ...logout(50), user: 'bob', session: 's9', cookie: 'c9' }, read(100, unauthorized))).toHaveLength(
      1,
    ));
  it('"log out everywhere else" does not end its own session', () =>
    expect(found(login(0), revokeOthers(50), read(100, unauthorized))).toHaveLength(1));
  it('a 401 after somebody used a cookie that was replaced long ago is right, and is found when it was replaced just now', () => {
    const change = exchange(500, { kind: 'password' }, ok({ cookie: 'issued', issued: 'c1b' }));
    const useOldCookie = (at: number) => read(at, unauthorized);
    const own = { cookie: 'c1b' };
    expect(found(login(0), change, useOldCookie(40_000), { ...read(50_000, unauthorized), ...own })).toEqual([]);
    expect(found(login(0), change, useOldCookie(5000), { ...read(50_000, unauthorized), ...own })).toHaveLength(1);
    expect(found(login(0), change, { ...read(50_000, unauthorized), ...own })).toHaveLength(1);
  });
  it('an ending long before the login explains nothing', () =>
    expect(found({ ...revokeOthers(0), session: 's0', cookie: 'c0' }, login(5000), read(6000, unauthorized))).toHaveLength(1));
  it('a 503 during a fault is allowed, afterwards it is found', () => {
    expect(found(login(0), read(100, unavailable), during(50, 200))).toEqual([]);
    expect(found(login(0), read(300, unavailable), during(50, 200))).toEqual(['P1 was not served, though nothing was broken']);
  });
});

describe('P2, logout is final', () => {
  it('honoured within T is allowed, later is found', () => {
    expect(found(login(0), logout(100), read(900))).toEqual([]);
    expect(found(login(0), logout(100), read(1800))).toEqual(['P2 honoured 1690 ms after logout was acknowledged']);
  });
  it('a slow request that began before the logout may end after it', () =>
    expect(found(login(0), logout(100), { ...read(90), endMs: 4000 })).toEqual([]));
  it('a change accepted after a logout is found', () => expect(found(login(0), logout(100), add(5000, 1))).toHaveLength(1));
  it('a logout that was not acknowledged promises nothing', () =>
    expect(found(login(0), logout(100, unavailable), read(5000), during(0, 300))).toEqual([]));
  it('a second logout of a dead session proves nothing', () => expect(found(login(0), logout(100), logout(5000))).toEqual([]));
  it('"log out everywhere else" ends the others of this user', () => {
    const other = { session: 's2', cookie: 'c2', client: 'ada-2' };
    expect(found(login(0), { ...revokeOthers(500), ...other }, read(3000))).toEqual([
      'P2 honoured 2490 ms after revoke-others was acknowledged',
    ]);
    expect(found(login(0), { ...revokeOthers(500), ...other }, { ...read(3000), ...other })).toEqual([]);
  });
  it('a login that overlaps "log out everywhere else" may survive it', () =>
    expect(found({ ...login(0), endMs: 300 }, { ...revokeOthers(200), session: 's2', cookie: 'c2' }, read(3000))).toEqual([]));
  it('a password change ends every cookie but the one it hands out', () => {
    const change = exchange(500, { kind: 'password' }, ok({ cookie: 'issued', issued: 'c1b' }));
    expect(found(login(0), change, { ...read(3000), cookie: 'c1b' })).toEqual([]);
    expect(found(login(0), change, read(3000))).toHaveLength(1);
  });
  it('a session that was refused and comes back is found, also after an unanswered logout', () =>
    expect(found(login(0), logout(100, unavailable), read(200, unauthorized), read(9000), during(0, 300))).toEqual([
      'P2 came back 8790 ms after it was refused',
    ]));
});

describe('P3, no lost change', () => {
  it('a tally that adds up is fine', () => expect(found(login(0), add(100, 2), add(200, 3), tally(300, 5))).toEqual([]));
  it('a lost article is found', () =>
    expect(found(login(0), add(100, 2), add(200, 3), tally(300, 3))).toEqual(['P3 tea: 3 in the tally, 5 acknowledged: 2 lost']));
  it('an article added twice is found', () =>
    expect(found(login(0), add(100, 2), tally(300, 4))).toEqual(['P3 tea: 4 in the tally, 2 asked for: 2 too many']));
  it('an unanswered add may count or not', () => {
    expect(found(login(0), add(100, 2, unavailable), tally(300, 0), during(0, 200))).toEqual([]);
    expect(found(login(0), add(100, 2, unavailable), tally(300, 2), during(0, 200))).toEqual([]);
  });
  it('a refused add counts nothing', () => expect(found(login(0), add(100, 2, answered(400)), tally(300, 2))).toHaveLength(1));
  it('a concurrent add may count or not', () =>
    expect(found(login(0), { ...add(100, 2), endMs: 500 }, tally(300, 0), tally(310, 2))).toEqual([]));
  it('a stale read is allowed within T of a fault, never without one', () => {
    expect(found(login(0), add(100, 2), tally(500, 0), during(0, 600))).toEqual([]);
    expect(found(login(0), add(100, 2), tally(2000, 0), during(0, 3000))).toHaveLength(1);
    expect(found(login(0), add(100, 2), tally(500, 0))).toHaveLength(1);
  });
  it('the tally of another session does not count', () =>
    expect(found(login(0), { ...add(100, 2), session: 's2', cookie: 'c2' }, tally(300, 0))).toEqual([]));

  it('a preference shows the last write', () =>
    expect(found(login(0), prefer(100, 'dark'), prefer(200, 'light'), theme(300, 'light'))).toEqual([]));
  it('an overwritten preference is found', () =>
    expect(found(login(0), prefer(100, 'dark'), prefer(200, 'light'), theme(300, 'dark'))).toEqual([
      'P3 theme: shows dark, not light',
    ]));
  it('a preference that fell back to the default is found', () =>
    expect(found(login(0), prefer(100, 'dark'), theme(300, 'system'))).toEqual(['P3 theme: shows system, not dark']));
  it('of two concurrent writes either may win', () => {
    const both = [prefer(100, 'dark'), { ...prefer(105, 'light'), endMs: 300 }];
    expect(found(login(0), ...both, theme(400, 'dark'))).toEqual([]);
    expect(found(login(0), ...both, theme(400, 'light'))).toEqual([]);
  });
  it('an unanswered write may come through until its fault is over, not later', () => {
    const late = prefer(100, 'dark', unavailable);
    expect(found(login(0), late, prefer(200, 'light'), theme(900, 'dark'), during(50, 1000))).toEqual([]);
    expect(found(login(0), late, prefer(5000, 'light'), theme(9000, 'dark'), during(50, 1000))).toEqual([
      'P3 theme: shows dark, not light',
    ]);
  });
});

describe('P4, honest responses', () => {
  it('a 503 has Retry-After and leaves the cookie alone', () => {
    expect(found(login(0), read(100, { ...unavailable, retryAfter: false }), during(0, 200))).toEqual([
      'P4 a 503 without Retry-After',
    ]);
    expect(found(login(0), read(100, { ...unavailable, cookie: 'cleared' }), during(0, 200))).toEqual([
      'P4 a 503 that cleared the cookie',
    ]);
  });
  it('a 500 is found', () =>
    expect(found(login(0), read(100, answered(500)), during(0, 200))).toEqual(['P4 a 500 where "cannot tell" is a 503']));
  it('a right password called wrong is found, unless a change of it is in doubt', () => {
    expect(found(login(0, unauthorized))).toEqual(['P4 a login with the right password was called wrong']);
    expect(found({ ...login(0, unauthorized), operation: { kind: 'login', certain: false } })).toEqual([]);
  });
  it('a success without an identity is found', () => expect(found(login(0), read(100, ok({ user: null })))).toHaveLength(1));
});

type Answered = Extract<ExchangeResponse, { kind: 'received' }>;

/** `P2 honoured ...` for each violation of the history made of these exchanges and faults. */
function found(...parts: (Exchange | FaultSpan)[]): string[] {
  const exchanges = parts.filter((part) => 'operation' in part).map((part, number) => ({ ...part, number }));
  const faults = parts.filter((part): part is FaultSpan => !('operation' in part));
  const defaults = { theme: 'system', language: 'en', density: 'cozy' };
  return check({ exchanges, faults, boundMs: 1000, slackMs: 200, isLagging: false, defaults }).map(
    ({ promise, what }) => `${promise} ${what}`,
  );
}

function exchange(startMs: number, operation: Operation, response: ExchangeResponse): Exchange {
  return { ...SHOP, number: 0, operation, startMs, endMs: startMs + 10, response };
}

const answered = (status: number): Answered => ({ kind: 'received', status, retryAfter: false, cookie: 'kept' });
const ok = (more: Partial<Answered> = {}): Answered => ({ ...answered(200), ...more });
const unauthorized = answered(401);
const unavailable = { ...answered(503), retryAfter: true };
const during = (startMs: number, endMs: number): FaultSpan => ({ name: 'a fault', startMs, endMs });

const login = (at: number, response: ExchangeResponse = ok({ cookie: 'issued', issued: 'c1' })) => ({
  ...exchange(at, { kind: 'login', certain: true }, response),
  cookie: null,
});
const read = (at: number, response: ExchangeResponse = ok({ user: 'ada' })) => exchange(at, { kind: 'read' }, response);
const tally = (at: number, tea: number) => exchange(at, { kind: 'tally' }, ok({ tally: tea ? { tea } : {} }));
const theme = (at: number, value: string) => exchange(at, { kind: 'preferences' }, ok({ preferences: { theme: value } }));
const add = (at: number, amount: number, response: ExchangeResponse = answered(200)) =>
  exchange(at, { kind: 'add', name: 'tea', amount }, response);
const prefer = (at: number, value: string, response: ExchangeResponse = answered(200)) =>
  exchange(at, { kind: 'prefer', path: 'theme', value }, response);
const logout = (at: number, response: ExchangeResponse = answered(204)) => exchange(at, { kind: 'logout' }, response);
const revokeOthers = (at: number, response: ExchangeResponse = answered(204)) =>
  exchange(at, { kind: 'revoke-others' }, response);
