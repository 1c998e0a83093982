/** What a client asked for. `session` is a name of the scenario. */
export interface Operation {
  readonly kind: 'read' | 'save' | 'add' | 'touch' | 'logout' | 'revoke all' | 'login' | 'issue' | 'replace' | 'wake';
  readonly on: string;
  readonly session: string;
  /** save: which attribute, and its new value. wake: which loop. */
  readonly path?: string;
  readonly value?: string;
}

/** What it got. Moments count steps; `end` is undefined while there is no answer. */
export interface Entry extends Operation {
  readonly actor: string;
  readonly phase: 'setup' | 'explored' | 'a bound later' | 'recovered' | 'without copies';
  readonly begin: number;
  end?: number;
  /** refused: the answer was that there is no such session. failed: an error that is no 503. stopped: its replica did. */
  outcome?: 'ok' | 'refused' | 'unavailable' | 'failed' | 'stopped';
  why?: string;
  /** The attributes that a read returned. */
  seen?: Readonly<Record<string, unknown>>;
}

/** A fault, or the return of a store, as it was applied. */
export interface AppliedFault {
  readonly do: string;
  readonly moment: number;
  /** Where a fault of a single step happened. */
  readonly replica?: string;
  readonly store?: string;
}

export interface Violation {
  readonly promise: 'P1' | 'P2' | 'P3' | 'P4';
  readonly what: string;
}
