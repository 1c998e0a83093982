import { readFileSync } from 'node:fs';
import { loadConfig } from '@baton/platform';
import { toSessionConfig } from '@baton/session';
import { portalSettings } from '../../../apps/portal/src/config.ts';
import type { Manifest } from '../build.ts';
import type { Cluster } from '../cluster.ts';
import { unless, type Policy } from './policy.ts';

/** The settings from the apps' own configuration, so that there is no second list to maintain. */
const known = portalSettings;

/** Read by Node itself. */
const ofNode = ['NODE_OPTIONS'];

const eachEnvironment = (cluster: Cluster, check: (env: Record<string, string>) => string[]): string[] =>
  cluster.apps.flatMap((app) => {
    const env = cluster.environment(app.spec!.template.spec!.containers[0]!);
    return check(env).map((sentence) => `${app.metadata.name}: ${sentence}`);
  });

const filledIn = (value: string): string => value || 'filled-in-by-a-person-0123456789';

/** Placeholders for values that a person or an operator supplies: CloudNativePG's address, the empty lines of the example. */
function asWritten(env: Record<string, string>): Record<string, string> {
  const later = ['SESSION_SECRETS', 'SESSION_PEPPER'].filter((name) => name in env).map((name) => [name, filledIn(env[name]!)]);
  const byOperator = env['DATABASE_URL']?.startsWith('<') && {
    DATABASE_URL: 'postgresql://baton:made-by-it@postgres-rw:5432/baton',
  };
  return { ...env, ...Object.fromEntries(later), ...byOperator };
}

function problems(env: Record<string, string>): string[] {
  try {
    toSessionConfig(loadConfig(known, asWritten(env)));
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

/** Every host of the route leads to the machine of the visitor. */
function isLocal({ spec }: Manifest): boolean {
  const { rules = [], hostnames = [] } = (spec ?? {}) as { rules?: { host?: string }[]; hostnames?: string[] };
  const hosts = [...rules.map(({ host }) => host), ...hostnames].filter((host) => host !== undefined);
  return (
    hosts.length > 0 &&
    rules.every(({ host }) => host !== undefined || hostnames.length > 0) &&
    hosts.every((host) => host === 'baton.localhost')
  );
}

export const settingsPolicies: Policy[] = [
  {
    rule: 'the apps read every variable of their environment, and none is missing',
    find: (cluster) =>
      eachEnvironment(cluster, (env) => [
        ...problems(env),
        ...Object.keys(env).flatMap((name) => unless(name in known || ofNode.includes(name), `no app reads ${name}`)),
      ]),
    breakIt: (cluster) => delete cluster.all('Secret').find(({ data }) => data?.['SESSION_PEPPER'])!.data!['SESSION_PEPPER'],
  },
  {
    rule: 'only the demo has public passwords and a cookie without Secure; TRUST_PROXY is set everywhere',
    find: (cluster) =>
      eachEnvironment(cluster, ({ DEMO = 'false', COOKIE_SECURE = 'true', TRUST_PROXY }) => [
        ...unless(cluster.name.endsWith('demo') || (DEMO === 'false' && COOKIE_SECURE === 'true'), 'has demo settings'),
        ...unless(TRUST_PROXY === '1', 'has a wrong number of trusted proxies'),
      ]),
    breakIt: (cluster) => (cluster.all('ConfigMap').find(({ data }) => data?.['TRUST_PROXY'])!.data!['TRUST_PROXY'] = '0'),
  },
  {
    rule: 'each app has a database login of its own, and the migration alone has that of the owner',
    find: (cluster) => {
      const urls = [...cluster.apps.map(({ metadata }) => metadata.name), 'migrate'].map(
        (name) => cluster.environment(cluster.workload(name)!.spec.containers[0]!)['DATABASE_URL']!,
      );
      const owner = urls.at(-1)!;
      return [
        ...unless(new Set(urls).size === urls.length, 'a database login is shared'),
        ...eachEnvironment(cluster, (env) => unless(!Object.values(env).includes(owner), 'has the login of the owner')),
      ];
    },
    breakIt: (cluster) => {
      const { data } = cluster.all('Secret').find(({ metadata }) => metadata.name.startsWith('database-logins'))!;
      data!['PORTAL_DATABASE_URL'] = data!['AUTH_DATABASE_URL']!;
    },
  },
  {
    rule: 'the apps log in to Redis as a user who has the rules of libs/session/acl',
    find: (cluster) => [
      ...eachEnvironment(cluster, ({ REDIS_URL }) =>
        unless(new URL(REDIS_URL!).username === 'baton', 'is the default user of Redis'),
      ),
      ...(cluster.workload('redis')?.spec.volumes ?? [])
        .filter(({ name }) => name === 'acl')
        .flatMap(({ configMap }) =>
          unless(
            cluster.configMap(configMap!.name!)['rules.acl'] === readFileSync('libs/session/acl/rules.acl', 'utf8'),
            'Redis has other rules',
          ),
        ),
      ...unless(
        !cluster.workload('redis') || cluster.workload('redis')!.spec.volumes!.some(({ name }) => name === 'acl'),
        'Redis has no rules',
      ),
    ],
    breakIt: (cluster) => (cluster.all('ConfigMap').find(({ data }) => data?.['rules.acl'])!.data!['rules.acl'] = '+@all'),
  },
  {
    rule: 'known passwords are not published: with DEMO, no Ingress or HTTPRoute, but for baton.localhost',
    find: (cluster) => {
      const isDemo = eachEnvironment(cluster, ({ DEMO = 'false' }) => unless(DEMO === 'false', 'demo')).length > 0;
      const published = cluster.manifests.filter(({ kind }) => kind === 'Ingress' || kind === 'HTTPRoute');
      return !isDemo ? [] : published.filter((route) => !isLocal(route)).map(({ metadata }) => `${metadata.name} is published`);
    },
    breakIt: (cluster) => {
      cluster.all('ConfigMap').find(({ data }) => data?.['TRUST_PROXY'])!.data!['DEMO'] = 'true';
      cluster.manifests.push({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'baton' },
        spec: { rules: [{ http: { paths: [] } }] },
      });
    },
  },
  {
    rule: 'production uses TLS for both stores and for visitors',
    find: (cluster) =>
      cluster.name !== 'overlays/production'
        ? []
        : [
            ...eachEnvironment(cluster, ({ DATABASE_URL = '', REDIS_URL = '' }) => [
              ...unless(DATABASE_URL.includes('sslmode=verify-full'), 'does not verify Postgres'),
              ...unless(REDIS_URL.startsWith('rediss://'), 'connects to Redis without TLS'),
            ]),
            ...cluster.all('Ingress').flatMap(({ spec }) => {
              const hosts = spec?.tls?.flatMap(({ hosts = [] }) => hosts) ?? [];
              return (spec?.rules ?? []).flatMap(({ host = '' }) =>
                unless(hosts.includes(host), `${host || 'any host'} has no certificate`),
              );
            }),
          ],
    breakIt: (cluster) => {
      // The only rule that applies to production alone.
      Object.assign(cluster, { name: 'overlays/production' });
    },
  },
];
