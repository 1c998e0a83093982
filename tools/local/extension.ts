import type { App } from './balancer/balancer.ts';
import type { Environment, Replicas } from './replicas.ts';
import type { Store } from './stores.ts';

/** What the launcher runs. */
export interface Running {
  /** Where visitors reach the site. */
  url: string;
  stores: { redis: Store | null; postgres: Store };
  replicas: Replicas;
  /** Records and prints an event. */
  changed: (event: string) => void;
}

export interface Flag {
  name: string;
  usage: string;
}

/** An optional part of the launcher. */
export interface Extension {
  /** Defaults for the replicas' environment. */
  environment: Environment;
  /** The option of `npm start` that enables it. Default: it needs none. */
  flag?: Flag;
  /** Called before the replicas start. Null: not enabled. */
  start(environment: Environment, running: Running): Promise<Started | null>;
}

export interface Started {
  /** For `run.json`: where the extension accepts commands. */
  url?: string;
  /** @param siteUrl where visitors reach the site. */
  environmentOf(app: App, siteUrl: string): Environment;
  /** Rows of the status block. */
  rows: [label: string, text: string][];
  /** A shell command that logs in, for the status block. */
  logIn?(portalUrl: string): string;
  close(): Promise<void>;
}
