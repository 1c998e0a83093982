import { AsyncLocalStorage } from 'node:async_hooks';
import type { Connection } from '../../libs/session/src/stores/redis/client.ts';
import type { Servers } from './servers.ts';

/** Who runs: every command, timer and deadline of the library belongs to an actor of a replica. */
export interface Context {
  readonly world: Host;
  readonly replica: string;
  /** A client of the scenario, or the background loops of a replica. */
  readonly actor: string;
}

export type StoreOfStep = 'redis' | 'postgres' | 'none';

/** One command of a replica to a store. It happens when the scheduler runs it. */
export interface Step {
  readonly context: Context;
  readonly store: StoreOfStep;
  readonly label: string;
  /** Nothing can be gained by running it later (BEGIN, connecting): it runs at once and is not a choice. */
  readonly isFree: boolean;
  /** The connection that carries it. */
  readonly carrier: { kill(): Promise<void> } | null;
  /** Runs the command on the real server; rejects as the client would. */
  readonly perform: () => Promise<unknown>;
  /** Whether it waits for a lock of the real server. */
  readonly isBlocked?: () => Promise<boolean>;
}

/** A deadline that has not passed. */
export interface Wait {
  readonly context: Context;
  readonly store: StoreOfStep;
  readonly dueAt: number;
  readonly expire: () => void;
  step: Step | undefined;
}

/** A timer that a replica has set. The scheduler decides when it fires. */
export interface Timer {
  readonly context: Context;
  readonly dueAt: number;
  /** The method that waits, for example `pulse`. */
  readonly what: string;
  readonly fire: () => void;
}

/** What a replica meets instead of clocks and networks. */
export interface Host {
  readonly servers: Servers;
  readonly clock: {
    readonly now: number;
    read(): number;
    add(context: Context, ms: number, what: string, fire: () => void): Timer;
    remove(timer: Timer): void;
  };
  readonly redis: { connect(context: Context): Promise<Connection> };
  readonly postgres: PostgresSwitch;
  readonly late: readonly Step[];
  noteActivity(): void;
  /** A deadline begins. Returns what ends it. */
  waits(context: Context, what: string, ms: number, expire: () => void): () => void;
  /** Sends a step; resolves with its answer once the scheduler has run it. */
  post(step: Step): Promise<unknown>;
  /** The connection is gone: nobody gets an answer over it. */
  failAll(carrier: Step['carrier'], error: () => Error): void;
  /** The caller closes the connection: its commands are on their way and happen later. True if there are any. */
  abandon(carrier: Step['carrier'], error: () => Error): boolean;
  dropLate(wanted: (step: Step) => boolean): void;
  unblock(): Promise<void>;
}

export interface PostgresSwitch {
  readonly state: 'up' | 'away' | 'read-only';
  readonly startedAt: string | null;
  isReachable(replica: string): boolean;
  adopt(client: object): void;
  forget(client: object): void;
}

const storage = new AsyncLocalStorage<Context>();

/** Undefined outside of replicas. */
export function contextOf(): Context | undefined {
  return storage.getStore();
}

export function within<T>(context: Context, work: () => T): T {
  return storage.run(context, work);
}
