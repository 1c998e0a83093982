import type { Preferences } from './exchange.ts';
import type { Request } from './request.ts';

/** The parts of a response that a history needs. */
export interface Reply {
  status: number;
  retryAfter: boolean;
  /** The new value of the session cookie; '' if it was cleared, undefined if it was not set. */
  cookie: string | undefined;
  body: Body;
}

interface Body {
  user?: { name: string } | null;
  tally?: Record<string, number>;
  store?: string;
  [preference: string]: unknown;
}

const COOKIE_NAME = 'baton';
/** Longer than all deadlines of a request together. */
const TIMEOUT_MS = 10_000;

/** @throws if no complete response arrives: a broken connection, or a timeout. */
export async function ask(url: string, request: Request, cookie: string | null): Promise<Reply> {
  const response = await fetch(`${url}${request.path}`, {
    method: request.method,
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: {
      accept: 'application/json',
      ...(request.body && { 'content-type': 'application/json' }),
      ...(cookie && { cookie: `${COOKIE_NAME}=${cookie}` }),
    },
    ...(request.body && { body: JSON.stringify(request.body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') && text !== '';
  return {
    status: response.status,
    retryAfter: response.headers.has('retry-after'),
    cookie: cookieSetBy(response),
    body: isJson ? (JSON.parse(text) as Body) : {},
  };
}

function cookieSetBy(response: Response): string | undefined {
  const header = response.headers.getSetCookie().find((cookie) => cookie.startsWith(`${COOKIE_NAME}=`));
  return header?.slice(COOKIE_NAME.length + 1).split(';')[0];
}

export const tallyIn = ({ tally }: Body): Record<string, number> => tally ?? {};

export const preferencesIn = ({ theme, language, density }: Body): Partial<Preferences> =>
  Object.fromEntries(Object.entries({ theme, language, density }).filter(([, value]) => value !== undefined));

/** The reason for a missing response, in a few words. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no response within ${TIMEOUT_MS} ms`;
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  return cause?.code ?? cause?.message ?? error.message;
}
