import { setTimeout as pause } from 'node:timers/promises';
import { type Client, loginAs, browserless } from '../support/client.ts';

/** A failed request. Status 0: the connection broke. */
export interface Failure {
  method: string;
  path: string;
  status: number;
  at: number;
  detail: string;
}

export interface Load {
  requests: number;
  failures: Failure[];
  /** Streams that ended and were reopened. */
  reconnects: number;
  slowestMs: number;
  visitors: Visitor[];
  stop(): Promise<void>;
}

/** Reads and writes, and counts acknowledged changes. */
export interface Visitor {
  client: Client;
  name: string;
  acknowledged: number;
  unconfirmed: number;
}

/** Short, but long enough for the proxy's connections to become idle. */
const PAUSE_MS = 60;

export async function startLoad(url: string, counts: { visitors: number; streams: number }): Promise<Load> {
  const visitors = await Promise.all(Array.from({ length: counts.visitors }, (_, at) => signIn(url, at)));
  const stopping = new AbortController();
  const load: Load = { requests: 0, failures: [], reconnects: 0, slowestMs: 0, visitors, stop: async () => {} };
  const work = [
    ...visitors.map((visitor) => visit(visitor, load, stopping.signal)),
    ...visitors.slice(0, counts.streams).map((visitor) => watch(url, visitor, load, stopping.signal)),
  ];
  load.stop = async () => {
    stopping.abort();
    await Promise.all(work);
  };
  return load;
}

async function signIn(url: string, at: number): Promise<Visitor> {
  const client = browserless(url);
  await loginAs(client);
  return { client, name: `visitor-${at}`, acknowledged: 0, unconfirmed: 0 };
}

async function visit(visitor: Visitor, load: Load, signal: AbortSignal): Promise<void> {
  const { client, name } = visitor;
  while (!signal.aborted) {
    const page = await timed(load, 'GET', '/api/session', () => client.get('/api/session'));
    if (page === 200) await pause(PAUSE_MS);
    const path = '/api/tally';
    const change = await timed(load, 'POST', path, () => client.post(path, { name, amount: 1 }));
    if (change >= 200 && change < 300) visitor.acknowledged++;
    else visitor.unconfirmed++;
    await timed(load, 'GET', '/auth/sessions', () => client.get('/auth/sessions'));
    await pause(PAUSE_MS);
  }
}

async function timed(
  load: Load,
  method: string,
  path: string,
  send: () => Promise<{ status: number; text: string }>,
): Promise<number> {
  const began = performance.now();
  const { status, text } = await send().catch((error: unknown) => ({ status: 0, text: reasonOf(error) }));
  load.requests++;
  load.slowestMs = Math.max(load.slowestMs, performance.now() - began);
  if (status < 200 || status > 299) load.failures.push({ method, path, status, at: Date.now(), detail: text.slice(0, 200) });
  return status;
}

const reasonOf = (error: unknown): string => `${String(error)} ${(error as { cause?: Error }).cause?.message ?? ''}`;

/** An event stream like that of the portal's pages; reopened when it ends. */
async function watch(url: string, { client }: Visitor, load: Load, signal: AbortSignal): Promise<void> {
  const cookie = [...client.jar].map(([name, value]) => `${name}=${value}`).join('; ');
  for (let opened = 0; !signal.aborted; opened++) {
    const response = await fetch(`${url}/api/events`, { signal, headers: { cookie, accept: 'text/event-stream' } }).catch(
      () => null,
    );
    if (signal.aborted) return;
    if (opened > 0) load.reconnects++;
    if (!response?.ok)
      load.failures.push({ method: 'GET', path: '/api/events', status: response?.status ?? 0, at: Date.now(), detail: '' });
    await response?.body?.pipeTo(new WritableStream()).catch(() => undefined);
  }
}

/** Compares each visitor's tally with the acknowledged changes. */
export async function tallies(load: Load): Promise<{ acknowledged: number; atMost: number; found: number }[]> {
  return Promise.all(
    load.visitors.map(async ({ client, name, acknowledged, unconfirmed }) => {
      const { body } = await client.get('/api/tally');
      const { tally } = body as { tally: Record<string, number> };
      return { acknowledged, atMost: acknowledged + unconfirmed, found: tally[name] ?? 0 };
    }),
  );
}
