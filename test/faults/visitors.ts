import type { Member } from '../support/breakable/member.ts';
import { ask, tallyIn, type Reply } from '../support/visitors/ask.ts';

/** Creates anonymous visitors, each with a tally in its session. Returns their cookies. */
export async function visitorsWithTally(portals: Member[], count: number, atOnce = 10): Promise<string[]> {
  const cookies: string[] = [];
  while (cookies.length < count) {
    const portal = portals[cookies.length % portals.length]!;
    const replies = await Promise.all(Array.from({ length: Math.min(atOnce, count - cookies.length) }, () => addTea(portal)));
    expect(replies.filter(({ status, cookie }) => status !== 200 || !cookie)).toEqual([]);
    cookies.push(...replies.map(({ cookie }) => cookie!));
  }
  return cookies;
}

const addTea = (portal: Member): Promise<Reply> =>
  ask(portal.url, { app: 'portal', method: 'POST', path: '/api/tally', body: { name: 'tea', amount: 1 } }, null);

/** The response is 401 if the session is lost. */
export const readTally = (portal: Member, cookie: string): Promise<Reply> =>
  ask(portal.url, { app: 'portal', method: 'GET', path: '/api/tally' }, cookie);

/** Makes one change, which is written to both stores before the response. */
export async function chooseTheme(portal: Member, cookie: string): Promise<void> {
  const request = { app: 'portal', method: 'PUT', path: '/api/preferences', body: { theme: 'dark' } } as const;
  expect(await ask(portal.url, request, cookie)).toMatchObject({ status: 200 });
}

export function expectTea(replies: Reply[]): void {
  const lost = replies.filter(({ status, body }) => status !== 200 || tallyIn(body)['tea'] !== 1);
  expect(lost).toEqual([]);
}
