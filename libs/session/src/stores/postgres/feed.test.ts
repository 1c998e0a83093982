import { postgresUp, sessionDatabase, storesOfReplica, until } from '../../../../../test/support/backends.ts';
import { tcpProxy } from '../../../../../test/support/tcp-proxy.ts';
import type { Backend } from '../backend.ts';
import { newSession } from '../session-store.contract.ts';
import type { SessionEvent } from './events.ts';

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const follow = ({ feed }: Backend) => {
  const received: SessionEvent[] = [];
  feed!.subscribe((event) => received.push(event));
  return received;
};

describe('the event feed', () => {
  let writer: Backend;
  let databaseUrl: string;

  const open = (url: string, revocationMs: number) =>
    storesOfReplica({ strategy: 'postgres', databaseUrl: url, revocationMs, postgresDeadlineMs: 5000 }, postgresUp);
  const following = async (url: string, revocationMs = 1000) => {
    const reader = await open(url, revocationMs);
    const received = follow(reader);
    // It starts at the newest event: from its first one on, nothing may be missing.
    await until(async () => {
      await writer.feed!.publish('hello', {});
      return received.length > 0;
    }, 'the reader to follow');
    received.length = 0;
    return { reader, received };
  };
  const numbers = (events: SessionEvent[], type: string) =>
    events.filter((event) => event.type === type).map(({ details }) => details['n'] as number);

  beforeAll(async () => {
    databaseUrl = await sessionDatabase();
    writer = await open(databaseUrl, 1000);
  });

  it('hands out events of 20 concurrent writers once each, in the order of their numbers', async () => {
    const { received } = await following(databaseUrl);
    const all = await Promise.all(
      range(20).map(() => writer.store.create(newSession({ user: { id: 'u', name: '', roles: [] } }))),
    );
    await Promise.all([
      ...all.map(({ key }) => writer.store.revoke(key, 'logout')),
      ...range(100).map((n) => writer.feed!.publish('n', { n })),
    ]);
    await until(() => received.filter(({ type }) => type !== 'hello').length >= 140, 'all events');
    const ids = received.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    expect(numbers(received, 'n').sort((a, b) => a - b)).toEqual(range(100));
    expect(received.filter(({ type, reason }) => type === 'revoked' && reason === 'logout')).toHaveLength(20);
  });

  it('numbers events in the order of their commits', async () => {
    const seen: number[] = [];
    const reading = range(60).map(async () => {
      const [row] = await writer.database!.query<{ id: string; count: string }>(
        'SELECT max(id) AS id, count(*) FROM session_event',
      );
      seen.push(Number(row!.id) - Number(row!.count));
    });
    await Promise.all([...range(60).map((n) => writer.feed!.publish('order', { n })), ...reading]);
    // Whoever sees a number sees every smaller one as well: numbers are taken and committed in one turn.
    expect(new Set(seen).size).toBe(1);
  });

  it('misses nothing over a lost connection', async () => {
    const wire = await tcpProxy({ to: databaseUrl });
    const { received, reader } = await following(wire.url);
    for (const round of range(3)) {
      await writer.feed!.publish('lost', { n: round * 10 });
      await wire.cut();
      for (const n of range(8)) await writer.feed!.publish('lost', { n: round * 10 + n + 1 });
      await wire.heal();
      await until(() => postgresUp(reader), 'the connection to come back');
      await writer.feed!.publish('lost', { n: round * 10 + 9 });
      await until(() => numbers(received, 'lost').length === (round + 1) * 10, 'the missed events');
    }
    expect(numbers(received, 'lost')).toEqual(range(30));
  });

  it('is woken by a write, and need not wait for its poll', async () => {
    const { received } = await following(databaseUrl, 60_000);
    const startedAt = Date.now();
    await writer.feed!.publish('woken', { n: 1 });
    await until(() => numbers(received, 'woken').length === 1, 'the event');
    expect(Date.now() - startedAt).toBeLessThan(10_000);
  });

  it('returns the events after an id to a listener that was disconnected', async () => {
    const [last] = (await writer.feed!.since(0, 10_000)).slice(-1);
    for (const n of range(5)) await writer.feed!.publish('since', { n });
    expect(numbers(await writer.feed!.since(last!.id), 'since')).toEqual(range(5));
    expect(await writer.feed!.since(last!.id, 2)).toHaveLength(2);
  });
});
