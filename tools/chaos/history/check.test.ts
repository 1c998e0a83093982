import { check } from './check.ts';
import type { ExchangeResponse, Exchange, Operation } from '../../../test/support/visitors/exchange.ts';
import type { FaultSpan } from './history.ts';

/** Histories written by hand: correct ones must pass, and each violation must be reported. Times in ms, T = 1000. */
const DEFAULTS = { user: 'ada', client: 'ada-1', session: 's1', cookie: 'c1', replica: 'portal-1' };

describe('P1, no random logout', () => {
  it('accepts a session that is served', () => expect(found(login(0), read(100), read(5000))).toEqual([]));
  it('reports a 401 without a revocation', () =>
    expect(found(login(0), read(100, unauthorized))).toEqual(['P1 a 401 for a session that nothing revoked']));
  it('accepts a 401 after a logout', () => expect(found(login(0), logout(100), read(200, unauthorized))).toEqual([]));
  it('accepts a 401 during a logout', () =>
    expect(found(login(0), { ...logout(100), endMs: 900 }, read(200, unauthorized))).toEqual([]));
  it('accepts a 401 after a logout without a response', () =>
    expect(found(login(0), logout(100, unavailable), read(200, unauthorized), during(0, 500))).toEqual([]));
  it('reports a 401 before the logout began', () =>
    expect(found(login(0), read(100, unauthorized), logout(2000))).toHaveLength(1));
  it("reports a 401 after another user's logout", () =>
    expect(found(login(0), { ...logout(50), user: 'bob', session: 's9', cookie: 'c9' }, read(100, unauthorized))).toHaveLength(
      1,
    ));
  it('reports a 401 for the session that sent "log out everywhere else"', () =>
    expect(found(login(0), revokeOthers(50), read(100, unauthorized))).toHaveLength(1));
  it('accepts a 401 after the use of a cookie replaced before the grace period, and reports it within the grace period', () => {
    const change = exchange(500, { kind: 'password' }, ok({ cookie: 'issued', issued: 'c1b' }));
    const useOldCookie = (at: number) => read(at, unauthorized);
    const own = { cookie: 'c1b' };
    expect(found(login(0), change, useOldCookie(40_000), { ...read(50_000, unauthorized), ...own })).toEqual([]);
    expect(found(login(0), change, useOldCookie(5000), { ...read(50_000, unauthorized), ...own })).toHaveLength(1);
    expect(found(login(0), change, { ...read(50_000, unauthorized), ...own })).toHaveLength(1);
  });
  it('accepts a 401 after the use of a cookie that was replaced twice, and reports it after the use of one replaced once', () => {
    const renew = (at: number, from: string, to: string) => ({
      ...read(at, ok({ user: 'ada', cookie: 'issued', issued: to })),
      cookie: from,
    });
    const last = { ...read(3000, unauthorized), cookie: 'c3' };
    const renewals = [renew(100, 'c1', 'c2'), renew(1000, 'c2', 'c3')];
    expect(found(login(0), ...renewals, { ...read(2000), cookie: 'c1' }, last)).toEqual([]);
    expect(found(login(0), ...renewals, { ...read(2000), cookie: 'c2' }, last)).toHaveLength(1);
  });
  it('accepts a 401 for a cookie that was renewed after "log out everywhere else"', () => {
    const renewed = read(1200, ok({ user: 'ada', cookie: 'issued', issued: 'c2' }));
    const others = { ...revokeOthers(500), session: 's2', cookie: 'd1' };
    expect(found(login(0), others, renewed, { ...read(3000, unauthorized), cookie: 'c2' })).toEqual([]);
    expect(found(login(0), others, renewed, { ...read(3000), cookie: 'c2' })).toHaveLength(1);
  });
  it('accepts a 401 after the idle time without a success, and reports an earlier one', () => {
    const expiring = (...parts: (Exchange | FaultSpan)[]) => found({ idleMs: 4000 }, login(0), read(1000), ...parts);
    expect(expiring(read(5100, unauthorized))).toEqual([]);
    expect(expiring(read(3000, unavailable), read(5100, unauthorized), during(2500, 3500))).toEqual([]);
    expect(expiring(read(3000), read(5100, unauthorized))).toHaveLength(1);
    expect(expiring(read(4000, unauthorized))).toHaveLength(1);
  });
  it('reports a 401 if the only revocation was long before the login', () =>
    expect(found({ ...revokeOthers(0), session: 's0', cookie: 'c0' }, login(5000), read(6000, unauthorized))).toHaveLength(1));
  it('accepts a 503 during a fault and reports one after it', () => {
    expect(found(login(0), read(100, unavailable), during(50, 200))).toEqual([]);
    expect(found(login(0), read(300, unavailable), during(50, 200))).toEqual(['P1 a failed request without a fault']);
  });
});

describe('P2, logout is final', () => {
  it('allows a revoked session within T and reports it later', () => {
    expect(found(login(0), logout(100), read(900))).toEqual([]);
    expect(found(login(0), logout(100), read(1800))).toEqual(['P2 accepted 1690 ms after logout was acknowledged']);
  });
  it('allows a slow request that began before the logout', () =>
    expect(found(login(0), logout(100), { ...read(90), endMs: 4000 })).toEqual([]));
  it('reports a change accepted after a logout', () => expect(found(login(0), logout(100), add(5000, 1))).toHaveLength(1));
  it('allows a session after a logout that was not acknowledged', () =>
    expect(found(login(0), logout(100, unavailable), read(5000), during(0, 300))).toEqual([]));
  it('allows a second logout of a revoked session', () => expect(found(login(0), logout(100), logout(5000))).toEqual([]));
  it('reports another session of the user after "log out everywhere else"', () => {
    const other = { session: 's2', cookie: 'c2', client: 'ada-2' };
    expect(found(login(0), { ...revokeOthers(500), ...other }, read(3000))).toEqual([
      'P2 accepted 2490 ms after revoke-others was acknowledged',
    ]);
    expect(found(login(0), { ...revokeOthers(500), ...other }, { ...read(3000), ...other })).toEqual([]);
  });
  it('allows a login that overlaps "log out everywhere else"', () =>
    expect(found({ ...login(0), endMs: 300 }, { ...revokeOthers(200), session: 's2', cookie: 'c2' }, read(3000))).toEqual([]));
  it('reports every cookie after a password change except the one it issued', () => {
    const change = exchange(500, { kind: 'password' }, ok({ cookie: 'issued', issued: 'c1b' }));
    expect(found(login(0), change, { ...read(3000), cookie: 'c1b' })).toEqual([]);
    expect(found(login(0), change, read(3000))).toHaveLength(1);
  });
  it('reports a session that is accepted after it was refused, even if the logout had no response', () =>
    expect(found(login(0), logout(100, unavailable), read(200, unauthorized), read(9000), during(0, 300))).toEqual([
      'P2 accepted again 8790 ms after it was refused',
    ]));
});

describe('P3, no lost change', () => {
  it('accepts a correct tally', () => expect(found(login(0), add(100, 2), add(200, 3), tally(300, 5))).toEqual([]));
  it('reports a lost addition', () =>
    expect(found(login(0), add(100, 2), add(200, 3), tally(300, 3))).toEqual(['P3 tea: 3 in the tally, 5 acknowledged: 2 lost']));
  it('reports an addition that was counted twice', () =>
    expect(found(login(0), add(100, 2), tally(300, 4))).toEqual(['P3 tea: 4 in the tally, 2 requested: 2 too many']));
  it('allows either result of an addition without a response', () => {
    expect(found(login(0), add(100, 2, unavailable), tally(300, 0), during(0, 200))).toEqual([]);
    expect(found(login(0), add(100, 2, unavailable), tally(300, 2), during(0, 200))).toEqual([]);
  });
  it('reports a refused addition that was counted', () =>
    expect(found(login(0), add(100, 2, received(400)), tally(300, 2))).toHaveLength(1));
  it('allows either result of a concurrent addition', () =>
    expect(found(login(0), { ...add(100, 2), endMs: 500 }, tally(300, 0), tally(310, 2))).toEqual([]));
  it('allows a stale read within T during a fault only', () => {
    expect(found(login(0), add(100, 2), tally(500, 0), during(0, 600))).toEqual([]);
    expect(found(login(0), add(100, 2), tally(2000, 0), during(0, 3000))).toHaveLength(1);
    expect(found(login(0), add(100, 2), tally(500, 0))).toHaveLength(1);
  });
  it('ignores the tally of another session', () =>
    expect(found(login(0), { ...add(100, 2), session: 's2', cookie: 'c2' }, tally(300, 0))).toEqual([]));

  it('accepts a preference that shows the last write', () =>
    expect(found(login(0), prefer(100, 'dark'), prefer(200, 'light'), theme(300, 'light'))).toEqual([]));
  it('reports an overwritten preference', () =>
    expect(found(login(0), prefer(100, 'dark'), prefer(200, 'light'), theme(300, 'dark'))).toEqual([
      'P3 theme: shows dark, not light',
    ]));
  it('reports a preference that was reset to the default', () =>
    expect(found(login(0), prefer(100, 'dark'), theme(300, 'system'))).toEqual(['P3 theme: shows system, not dark']));
  it('allows either of two concurrent writes', () => {
    const both = [prefer(100, 'dark'), { ...prefer(105, 'light'), endMs: 300 }];
    expect(found(login(0), ...both, theme(400, 'dark'))).toEqual([]);
    expect(found(login(0), ...both, theme(400, 'light'))).toEqual([]);
  });
  it('allows a write without a response to take effect until its fault ends, and reports it later', () => {
    const late = prefer(100, 'dark', unavailable);
    expect(found(login(0), late, prefer(200, 'light'), theme(900, 'dark'), during(50, 1000))).toEqual([]);
    expect(found(login(0), late, prefer(5000, 'light'), theme(9000, 'dark'), during(50, 1000))).toEqual([
      'P3 theme: shows dark, not light',
    ]);
  });
});

describe('P4, honest responses', () => {
  it('reports a 503 without Retry-After or with a changed cookie', () => {
    expect(found(login(0), read(100, { ...unavailable, retryAfter: false }), during(0, 200))).toEqual([
      'P4 a 503 without Retry-After',
    ]);
    expect(found(login(0), read(100, { ...unavailable, cookie: 'cleared' }), during(0, 200))).toEqual([
      'P4 a 503 that changed the cookie (cleared)',
    ]);
  });
  it('reports a 500', () =>
    expect(found(login(0), read(100, received(500)), during(0, 200))).toEqual(['P4 a 500 instead of a 503']));
  it('reports a 401 for the correct password, unless a password change is unconfirmed', () => {
    expect(found(login(0, unauthorized))).toEqual(['P4 a 401 for the correct password']);
    expect(found({ ...login(0, unauthorized), operation: { kind: 'login', certain: false } })).toEqual([]);
  });
  it('reports a success without an identity', () => expect(found(login(0), read(100, ok({ user: null })))).toHaveLength(1));
});

type Received = Extract<ExchangeResponse, { kind: 'received' }>;

/** `P2 accepted ...` for each violation of the history made of these exchanges and faults, and the idle time if given. */
function found(...parts: (Exchange | FaultSpan | { idleMs: number })[]): string[] {
  const exchanges = parts.filter((part) => 'operation' in part).map((part, number) => ({ ...part, number }));
  const faults = parts.filter((part) => 'name' in part);
  const idleMs = parts.find((part) => 'idleMs' in part)?.idleMs ?? null;
  const defaults = { theme: 'system', language: 'en', density: 'cozy' };
  return check({ exchanges, faults, boundMs: 1000, slackMs: 200, isLagging: false, idleMs, defaults }).map(
    ({ promise, what }) => `${promise} ${what}`,
  );
}

function exchange(startMs: number, operation: Operation, response: ExchangeResponse): Exchange {
  return { ...DEFAULTS, number: 0, operation, startMs, endMs: startMs + 10, response };
}

const received = (status: number): Received => ({ kind: 'received', status, retryAfter: false, cookie: 'kept' });
const ok = (more: Partial<Received> = {}): Received => ({ ...received(200), ...more });
const unauthorized = received(401);
const unavailable = { ...received(503), retryAfter: true };
const during = (startMs: number, endMs: number): FaultSpan => ({ name: 'a fault', startMs, endMs });

const login = (at: number, response: ExchangeResponse = ok({ cookie: 'issued', issued: 'c1' })) => ({
  ...exchange(at, { kind: 'login', certain: true }, response),
  cookie: null,
});
const read = (at: number, response: ExchangeResponse = ok({ user: 'ada' })) => exchange(at, { kind: 'read' }, response);
const tally = (at: number, tea: number) => exchange(at, { kind: 'tally' }, ok({ tally: tea ? { tea } : {} }));
const theme = (at: number, value: string) => exchange(at, { kind: 'preferences' }, ok({ preferences: { theme: value } }));
const add = (at: number, amount: number, response: ExchangeResponse = received(200)) =>
  exchange(at, { kind: 'add', name: 'tea', amount }, response);
const prefer = (at: number, value: string, response: ExchangeResponse = received(200)) =>
  exchange(at, { kind: 'prefer', path: 'theme', value }, response);
const logout = (at: number, response: ExchangeResponse = received(204)) => exchange(at, { kind: 'logout' }, response);
const revokeOthers = (at: number, response: ExchangeResponse = received(204)) =>
  exchange(at, { kind: 'revoke-others' }, response);
