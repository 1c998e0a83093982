import type { Me } from '../cluster-view.ts';
import type { LogEntry } from './request-log.ts';

export interface Outcome {
  entry: Omit<LogEntry, 'number'>;
  /** What the response says about the visitor. */
  me?: Partial<Me>;
}

const TIMEOUT_MS = 10_000;

/** Sent in turn: most to the portal, every fourth to auth, to a page that needs nothing but a session. */
const PATHS = ['/api/session', '/api/cart', '/api/session', '/auth/reauthenticate'];

/** Sends one request and reports which replica responded, from which store, and whether it knew the visitor. Never throws. */
export async function sendRequest(number: number, memory: boolean): Promise<Outcome> {
  const path = memory ? '/api/memory/session' : PATHS[number % PATHS.length]!;
  const app = path.startsWith('/auth') ? 'auth' : 'portal';
  try {
    const response = await fetch(path, {
      headers: { accept: 'application/json' },
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body: unknown = await response.json().catch(() => null);
    const replica = response.headers.get('x-served-by');
    return {
      entry: { outcome: outcomeOf(response), app, replica, ...lookupOf(response, memory) },
      me: response.ok ? meIn(body) : undefined,
    };
  } catch {
    return { entry: { outcome: 'failed', app, replica: null, store: null, ms: null } };
  }
}

/** A failure shows in the next request. */
export async function signInToMemory(): Promise<void> {
  await fetch('/api/memory/login', { method: 'POST' }).catch(() => undefined);
}

function outcomeOf({ ok, status }: Response): LogEntry['outcome'] {
  if (ok) return 'ok';
  return status === 401 ? 'lost' : 'failed';
}

/** From `Server-Timing: session;desc=redis;dur=0.41`. */
function lookupOf(response: Response, memory: boolean): { store: string | null; ms: number | null } {
  if (memory) return { store: response.ok ? 'memory' : null, ms: null };
  const [, store, ms] = /session;desc="?(\w+)"?;dur=([\d.]+)/.exec(response.headers.get('server-timing') ?? '') ?? [];
  return { store: store ?? null, ms: ms ? Number(ms) : null };
}

function meIn(body: unknown): Partial<Me> | undefined {
  const { user, session, items } = (body ?? {}) as {
    user?: { name: string };
    session?: { createdAt: string };
    items?: { quantity: number }[];
  };
  if (items) return { articles: items.reduce((sum, { quantity }) => sum + quantity, 0) };
  return user && session ? { name: user.name, createdAt: session.createdAt } : undefined;
}
