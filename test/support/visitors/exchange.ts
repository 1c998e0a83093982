/** One request of one browser and its response. Times are from the clock of the sending process. */
export interface Exchange {
  number: number;
  client: string;
  user: string;
  /** The login that issued the cookie; a renewed cookie keeps it. Null before login. */
  session: string | null;
  /** The label of the cookie that was sent, never its value. */
  cookie: string | null;
  replica: string;
  operation: Operation;
  startMs: number;
  endMs: number;
  response: ExchangeResponse;
}

export type PreferencePath = 'theme' | 'language' | 'density';
export type Preferences = Record<PreferencePath, string>;

export type Operation =
  /** `certain`: only this password can be right; no change is unconfirmed or in progress. */
  | { kind: 'login'; certain: boolean }
  | { kind: 'read' | 'tally' | 'preferences' | 'logout' | 'revoke-others' | 'password' }
  | { kind: 'add'; name: string; amount: number }
  | { kind: 'prefer'; path: PreferencePath; value: string };

export type ExchangeResponse =
  | { kind: 'none'; why: string }
  | {
      kind: 'received';
      status: number;
      retryAfter: boolean;
      cookie: 'kept' | 'cleared' | 'issued';
      /** The label of the new cookie when one was issued. */
      issued?: string;
      user?: string | null;
      /** The store that the replica read it from. */
      store?: string;
      tally?: Record<string, number>;
      preferences?: Partial<Preferences>;
    };

/** done: acknowledged. refused: no effect. unknown: may have taken effect, or may still. */
export type Outcome = 'done' | 'refused' | 'unknown';

export function outcomeOf({ response }: Exchange): Outcome {
  if (response.kind === 'none' || response.status >= 500) return 'unknown';
  return response.status < 400 ? 'done' : 'refused';
}

export const isLogout = ({ response }: Exchange) => response.kind === 'received' && response.status === 401;
