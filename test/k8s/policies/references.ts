import { selects, type Cluster } from '../cluster.ts';
import { unless, type Policy } from './policy.ts';

/** Keys whose values must not be in a ConfigMap. */
const SECRET_KEY = /SECRET|PASSWORD|PEPPER|TOKEN|_URL$|ENCRYPTION/;
const PASSWORD_IN_URL = /:\/\/[^/\s]*:[^/\s]+@/;

const secretValues = (cluster: Cluster): string[] =>
  cluster
    .all('Secret')
    .flatMap(({ metadata }) => Object.values(cluster.secret(metadata.name)))
    .filter((value) => value.length > 0);

const LIMIT = /^nginx\.ingress\.kubernetes\.io\/limit-/;

/** Those with pods: `nowhere` has none on purpose. */
const services = (cluster: Cluster) => cluster.all('Service').filter(({ metadata }) => metadata.name !== 'nowhere');

/** A Service's port, found by name or number. */
function servicePort(cluster: Cluster, service?: string, port?: { name?: string; number?: number } | number) {
  const wanted = typeof port === 'number' ? { number: port } : port;
  const ports = cluster.find('Service', service ?? '')?.spec?.ports;
  return ports?.find(({ name, port: number }) => (wanted?.name ? name === wanted.name : number === wanted?.number));
}

const ingressBackends = (cluster: Cluster) =>
  cluster
    .all('Ingress')
    .flatMap(({ spec }) => (spec?.rules ?? []).flatMap(({ http }) => (http?.paths ?? []).map(({ backend }) => backend.service)));

const routeBackends = (cluster: Cluster) =>
  cluster.manifests
    .filter(({ kind }) => kind === 'HTTPRoute')
    .flatMap(({ spec }) =>
      (spec as { rules: { backendRefs?: { name: string; port: number }[] }[] }).rules.flatMap(
        ({ backendRefs = [] }) => backendRefs,
      ),
    );

export const referencePolicies: Policy[] = [
  {
    rule: 'no ConfigMap holds a secret',
    find: (cluster) =>
      cluster
        .all('ConfigMap')
        .flatMap(({ metadata, data = {} }) =>
          Object.entries(data).flatMap(([key, value]) => [
            ...unless(!SECRET_KEY.test(key), `${metadata.name} has the key ${key}`),
            ...unless(!PASSWORD_IN_URL.test(value), `${metadata.name} has a password in ${key}`),
            ...unless(
              !secretValues(cluster).some((secret) => value.includes(secret)),
              `${metadata.name} repeats a secret in ${key}`,
            ),
          ]),
        ),
    breakIt: (cluster) => (cluster.all('ConfigMap')[0]!.data!['CACHE'] = 'redis://:hunter2@redis:6379'),
  },
  {
    rule: 'configuration has a content hash in its name, so that a change triggers a rollout, and every reference resolves',
    find: (cluster) =>
      cluster.workloads.flatMap(({ name, spec }) => {
        const references = spec.containers.flatMap(({ envFrom = [] }) =>
          envFrom.map((from) => (from.configMapRef ?? from.secretRef)?.name ?? ''),
        );
        const volumes = (spec.volumes ?? []).flatMap(({ configMap }) => (configMap ? [configMap.name ?? ''] : []));
        return [...references, ...volumes].flatMap((reference) => [
          ...unless(/-[a-z0-9]{10}$/.test(reference), `${name} reads ${reference}, whose changes do not trigger a rollout`),
          ...unless(
            cluster.find('ConfigMap', reference) ?? cluster.find('Secret', reference),
            `${name} reads ${reference}, which does not exist`,
          ),
        ]);
      }),
    breakIt: (cluster) => (cluster.workloads[0]!.spec.containers[0]!.envFrom![0]!.configMapRef!.name = 'baton-config'),
  },
  {
    rule: 'every selector selects a pod: Services, budgets, network policies, workloads',
    find: (cluster) => {
      const pods = cluster.workloads.map(({ labels }) => labels);
      const selectors = [
        ...services(cluster).map(({ metadata, spec }) => [metadata.name, { matchLabels: spec!.selector! }] as const),
        ...cluster.all('PodDisruptionBudget').map(({ metadata, spec }) => [metadata.name, spec!.selector!] as const),
        ...cluster.all('Deployment').map(({ metadata, spec }) => [metadata.name, spec!.selector] as const),
      ];
      return selectors.flatMap(([name, selector]) =>
        unless(
          pods.some((labels) => selects(selector, labels)),
          `${name} selects nothing`,
        ),
      );
    },
    breakIt: (cluster) => (cluster.find('Service', 'portal')!.spec!.selector = { 'app.kubernetes.io/name': 'portals' }),
  },
  {
    rule: 'metrics have a port of their own, which the PodMonitor names and no Service has',
    find: (cluster) => [
      ...cluster.apps.flatMap((app) => {
        const [container] = app.spec!.template.spec!.containers;
        const { PORT, METRICS_PORT } = cluster.environment(container!);
        const port = container!.ports?.find(({ name }) => name === 'metrics')?.containerPort;
        return unless(METRICS_PORT !== PORT && port === Number(METRICS_PORT), `${app.metadata.name} has no port for metrics`);
      }),
      ...services(cluster).flatMap(({ metadata, spec }) =>
        unless(
          spec!.ports!.every(({ targetPort }) => targetPort !== 'metrics'),
          `${metadata.name} publishes the metrics`,
        ),
      ),
      ...cluster.manifests
        .filter(({ kind }) => kind === 'PodMonitor')
        .flatMap(({ spec }) => (spec as { podMetricsEndpoints: { port?: string }[] }).podMetricsEndpoints)
        .flatMap(({ port }) => unless(port === 'metrics', `the PodMonitor asks port ${port}`)),
    ],
    breakIt: (cluster) => delete cluster.all('ConfigMap').find(({ data }) => data?.['METRICS_PORT'])!.data!['METRICS_PORT'],
  },
  {
    rule: 'ports match: PORT, container, Service, Ingress or HTTPRoute, probes',
    find: (cluster) => [
      ...cluster.apps.flatMap((app) => {
        const [container] = app.spec!.template.spec!.containers;
        const { PORT } = cluster.environment(container!);
        return unless(
          container!.ports?.some(({ name, containerPort }) => name === 'http' && containerPort === Number(PORT)),
          `${app.metadata.name} listens on ${PORT}`,
        );
      }),
      ...services(cluster).flatMap(({ metadata, spec }) => {
        const [workload] = cluster.workloads.filter(({ labels }) => selects({ matchLabels: spec!.selector! }, labels));
        const names = workload?.spec.containers.flatMap(({ ports = [] }) => ports.map(({ name }) => name)) ?? [];
        return spec!.ports!.flatMap(({ targetPort }) =>
          unless(names.includes(String(targetPort)), `${metadata.name} has no port ${targetPort}`),
        );
      }),
      ...ingressBackends(cluster).flatMap((service) =>
        unless(servicePort(cluster, service?.name, service?.port), `the Ingress has no backend ${service?.name}`),
      ),
      ...routeBackends(cluster).flatMap(({ name, port }) =>
        unless(servicePort(cluster, name, port), `the HTTPRoute has no backend ${name}:${port}`),
      ),
    ],
    breakIt: (cluster) => (cluster.find('Service', 'portal')!.spec!.ports![0]!.targetPort = 'web'),
  },
  {
    rule: 'an Ingress works with any controller: no class, and no annotation but a limit that controllers may ignore',
    find: (cluster) => [
      ...cluster.all('Ingress').flatMap(({ metadata, spec }) => [
        ...unless(
          Object.keys((metadata as { annotations?: object }).annotations ?? {}).every((name) => LIMIT.test(name)),
          `${metadata.name} is annotated`,
        ),
        ...unless(spec?.ingressClassName === undefined, `${metadata.name} names a class`),
      ]),
      ...unless(
        ingressBackends(cluster).length + routeBackends(cluster).length > 0 || cluster.workload('edge'),
        'no route leads into the cluster',
      ),
    ],
    breakIt: (cluster) => (cluster.manifests = cluster.manifests.filter(({ metadata }) => metadata.name !== 'edge')),
  },
];
