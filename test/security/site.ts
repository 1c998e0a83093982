import { Client as Postgres } from 'pg';
import { onCleanup } from '../support/cleanup.ts';
import { browserless, type Client, type Credentials, loginAs, register } from '../support/client.ts';
import { migratedDatabase } from '../support/migrated-database.ts';
import { type Replica, startReplica } from '../support/replicas.ts';
import { testRedis } from '../support/servers.ts';

/** Replicas of both apps on separate stores. */
export interface Site {
  auth: Replica[];
  portal: Replica[];
  env: Record<string, string>;
  /** A visitor without cookies, at the first auth replica. */
  visitor(): Client;
  /** Signed in at the first auth replica. */
  signedIn(who?: Credentials): Promise<Client>;
  /** A new account, signed in. */
  newcomer(): Promise<Client & { credentials: Credentials }>;
  query<T = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<T[]>;
}

export const PASSWORD = 'a long sentence nobody guesses';

/** So that a busy test machine does not count as a slow store. */
const TEST_SETTINGS = { SESSION_REDIS_DEADLINE_MS: '1000', SESSION_POSTGRES_DEADLINE_MS: '10000', SHUTDOWN_DRAIN_MS: '0' };

let made = 0;
export const newCredentials = (): Credentials => ({ username: `runner-${++made}`, password: PASSWORD });

export async function startSite(options: { auths?: number; portals?: number; env?: Record<string, string> } = {}): Promise<Site> {
  const databaseUrl = await migratedDatabase();
  const { url: redisUrl } = await testRedis();
  const env = { ...TEST_SETTINGS, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, ...options.env };
  const start = (app: 'auth' | 'portal', count: number) =>
    Promise.all(Array.from({ length: count }, () => startReplica(app, env)));
  const [auth, portal] = await Promise.all([start('auth', options.auths ?? 2), start('portal', options.portals ?? 1)]);
  const query = await connect(databaseUrl);
  const visitor = () => browserless(auth[0]!.url);
  return { auth, portal, env, visitor, query, ...accounts(visitor) };
}

function accounts(visitor: () => Client): Pick<Site, 'signedIn' | 'newcomer'> {
  return {
    signedIn: async (who) => {
      const client = visitor();
      await loginAs(client, who);
      return client;
    },
    newcomer: async () => {
      const client = visitor();
      return { ...client, credentials: await register(client) };
    },
  };
}

async function connect(url: string): Promise<Site['query']> {
  const client = new Postgres({ connectionString: url });
  await client.connect();
  onCleanup(() => client.end());
  return async <T>(sql: string, params: unknown[] = []) => (await client.query(sql, params)).rows as T[];
}

/** A copy of the visitor with its current cookies, for replays. */
export const snapshot = (client: Client, url: string): Client => browserless(url, new Map(client.jar));

/** The status of the visitor's session at a portal. */
export const sessionStatus = async (client: Client, portal: Replica): Promise<number> =>
  (await client.at(portal.url).get('/api/session')).status;
