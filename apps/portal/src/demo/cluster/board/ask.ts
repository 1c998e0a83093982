import type { Me } from '../cluster-view.ts';
import type { Mark } from './race.ts';

export interface Answer {
  mark: Omit<Mark, 'number'>;
  /** What the answer says of who this is. */
  me?: Partial<Me>;
}

const PATIENCE_MS = 10_000;

/** The laps of a race: most go to the portal, every fourth to auth, to a page that needs a session and nothing else. */
const LAPS = ['/api/session', '/api/cart', '/api/session', '/auth/reauthenticate'];

/** One request, as its own proof: who answered, from which store, and whether it knew us. Never throws. */
export async function askOnce(lap: number, memory: boolean): Promise<Answer> {
  const path = memory ? '/api/memory/session' : LAPS[lap % LAPS.length]!;
  const app = path.startsWith('/auth') ? 'auth' : 'portal';
  try {
    const response = await fetch(path, {
      headers: { accept: 'application/json' },
      cache: 'no-store',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const body: unknown = await response.json().catch(() => null);
    const replica = response.headers.get('x-served-by');
    return {
      mark: { kind: kindOf(response), app, replica, ...lookup(response, memory) },
      me: response.ok ? meIn(body) : undefined,
    };
  } catch {
    return { mark: { kind: 'failed', app, replica: null, store: null, ms: null } };
  }
}

/** Also after an answer that could not be had: the next lap shows what became of it. */
export async function signInToMemory(): Promise<void> {
  await fetch('/api/memory/login', { method: 'POST' }).catch(() => undefined);
}

function kindOf({ ok, status }: Response): Mark['kind'] {
  if (ok) return 'ok';
  return status === 401 ? 'lost' : 'failed';
}

/** From `Server-Timing: session;desc=redis;dur=0.41`. */
function lookup(response: Response, memory: boolean): { store: string | null; ms: number | null } {
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
