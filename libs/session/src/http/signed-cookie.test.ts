import { sign } from 'cookie-signature';
import type { Request } from 'express';
import { newSessionId } from '../model/id.ts';
import { SignedCookie } from './signed-cookie.ts';

const NAME = 'baton';
const SECRETS = ['the new secret, long enough', 'the old secret, long enough'];

const make = (remembered?: number) => new SignedCookie(NAME, SECRETS, (id) => [{ key: `key of ${id}`, proof: '' }], remembered);
const request = (cookie?: string) => ({ headers: { cookie } }) as Request;
const cookieOf = (id: string, secret = SECRETS[0]!) => `${NAME}=${encodeURIComponent(`s:${sign(id, secret)}`)}`;
const read = (cookies: SignedCookie, header?: string) => cookies.read(request(header))?.id ?? null;

it('reads the id of a signed cookie, among others, the first time and again', () => {
  const cookies = make();
  const id = newSessionId();
  for (const header of [cookieOf(id), `theme=dark; ${cookieOf(id)}; x=1`, `x${cookieOf(newSessionId())}; ${cookieOf(id)}`]) {
    expect(read(cookies, header)).toBe(id);
    expect(read(cookies, header)).toBe(id);
  }
});

it('reads what an older secret signed', () => {
  const id = newSessionId();
  expect(read(make(), cookieOf(id, SECRETS[1]))).toBe(id);
});

it('refuses what it did not sign, also after it has seen the right one', () => {
  const cookies = make();
  const id = newSessionId();
  const good = cookieOf(id);
  expect(read(cookies, good)).toBe(id);
  for (const bad of [
    `${good}x`,
    good.slice(0, -1),
    cookieOf(id, 'somebody else’s secret'),
    `${NAME}=${id}`,
    `${NAME}=`,
    NAME,
    '',
    '%',
  ]) {
    expect(read(cookies, bad)).toBeNull();
  }
  expect(read(cookies)).toBeNull();
});

it('remembers no session under a cookie that is not its own, however many cookies a header holds', () => {
  const cookies = make();
  const [mine, other] = [newSessionId(), newSessionId()];
  for (const mixed of [
    `${cookieOf(mine)}; ${cookieOf(other)}`,
    `x;${cookieOf(mine)}; ${cookieOf(other)}`,
    `x="; ${cookieOf(mine)}"; ${cookieOf(other)}`,
  ]) {
    read(cookies, mixed);
    expect(read(cookies, cookieOf(other))).toBe(other);
    expect(read(cookies, cookieOf(mine))).toBe(mine);
  }
});

it('understands a header without spaces', () => {
  const id = newSessionId();
  expect(read(make(), `theme=dark;${cookieOf(id)}`)).toBe(id);
});

it('goes on reading when it has more to remember than it may', () => {
  const cookies = make(4);
  const ids = Array.from({ length: 20 }, newSessionId);
  for (let round = 0; round < 2; round++) expect(ids.map((id) => read(cookies, cookieOf(id)))).toEqual(ids);
});
