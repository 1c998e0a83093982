import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { selects, type Cluster, type Labels } from '../cluster.ts';
import { unless, type Policy } from './policy.ts';

interface Peer {
  name: string;
  labels: Labels;
  /** Labels of its namespace; null outside the cluster. */
  namespace: Labels | null;
}

type Direction = 'ingress' | 'egress';
type Spec = NonNullable<INetworkPolicy['spec']>;
type Rule = { ports?: { port?: unknown; protocol?: string }[]; from?: Selection[]; to?: Selection[] };
type Selection = { podSelector?: object; namespaceSelector?: object; ipBlock?: object };

const HERE: Labels = { 'kubernetes.io/metadata.name': 'baton' };
const inNamespace = (name: string): Peer => ({ name, labels: {}, namespace: { 'kubernetes.io/metadata.name': name } });

const outsiders: Peer[] = [
  inNamespace('kube-system'),
  inNamespace('ingress'),
  inNamespace('monitoring'),
  inNamespace('foreign'),
  { name: 'internet', labels: {}, namespace: null },
];

const PORTS = [53, 22, 80, 443, 3000, 9464, 5432, 6379, 8080, 8404, 26379];

/** CloudNativePG starts its pods itself; its manifest defines their labels. */
function pods(cluster: Cluster): Peer[] {
  const operated = cluster.manifests
    .filter(({ kind }) => kind === 'Cluster')
    .map(({ metadata, spec }) => ({
      name: metadata.name,
      labels: (spec as { inheritedMetadata: { labels: Labels } }).inheritedMetadata.labels,
    }));
  return [...cluster.workloads, ...operated].map(({ name, labels }) => ({ name, labels, namespace: HERE }));
}

/** Whether the policies let `from` reach `to`: both sides must allow it, and a side that no policy selects allows everything. */
function allowed(cluster: Cluster, from: Peer, to: Peer, port: number): boolean {
  return sideAllows(cluster, 'egress', from, to, port) && sideAllows(cluster, 'ingress', to, from, port);
}

function sideAllows(cluster: Cluster, direction: Direction, self: Peer, other: Peer, port: number): boolean {
  if (self.namespace !== HERE) return true;
  const type = direction === 'ingress' ? 'Ingress' : 'Egress';
  const policies = cluster.all('NetworkPolicy').flatMap(({ spec }) => (spec?.policyTypes?.includes(type) ? [spec] : []));
  const selecting = policies.filter(({ podSelector }) => selects(podSelector ?? {}, self.labels));
  return (
    selecting.length === 0 ||
    selecting.some((spec) => rulesOf(spec, direction).some((rule) => ruleAllows(rule, direction, other, port)))
  );
}

const rulesOf = (spec: Spec, direction: Direction): Rule[] => spec[direction] ?? [];

function ruleAllows(rule: Rule, direction: Direction, other: Peer, port: number): boolean {
  const selections = direction === 'ingress' ? rule.from : rule.to;
  return (
    (!rule.ports || rule.ports.some((allowedPort) => allowedPort.port === port)) &&
    (!selections || selections.some((one) => matches(one, other)))
  );
}

function matches({ podSelector, namespaceSelector, ipBlock }: Selection, peer: Peer): boolean {
  if (ipBlock) return peer.namespace === null;
  if (peer.namespace === null) return false;
  const namespaceFits = namespaceSelector ? selects(namespaceSelector, peer.namespace) : peer.namespace === HERE;
  return namespaceFits && (!podSelector || selects(podSelector, peer.labels));
}

/** All connections that Baton requires: from, to, port. */
function needed(cluster: Cluster): Set<string> {
  const has = (name: string) => pods(cluster).some((pod) => pod.name === name);
  const apps = ['auth', 'portal'];
  const connections = [
    ...(has('redis') ? apps.map((app) => [app, 'redis', 6379]) : []),
    ...(has('postgres') ? [...apps, 'migrate'].map((app) => [app, 'postgres', 5432]) : []),
    ...(has('edge') ? apps.map((app) => ['edge', app, 3000]) : []),
    ...(sentinels(cluster) ? [...apps, 'redis'].map((app) => [app, 'redis', 26379]) : []),
    ...(sentinels(cluster) ? [['redis', 'redis', 6379]] : []),
    ...(outside(cluster) ? [...apps, 'migrate'].flatMap((app) => [5432, 6379].map((port) => [app, 'internet', port])) : []),
    ...pods(cluster).map(({ name }) => [name, 'kube-system', 53]),
    ...comingIn(cluster).flatMap((from) => apps.map((app) => [from, app, 3000])),
    ...apps.map((app) => ['monitoring', app, 9464]),
  ];
  return new Set(connections.map((connection) => connection.join(' ')));
}

const sentinels = (cluster: Cluster): boolean => cluster.workload('redis')?.spec.containers.length === 2;
const outside = (cluster: Cluster): boolean =>
  cluster.all('NetworkPolicy').some(({ metadata }) => metadata.name === 'external-stores');

/** An overlay may name the namespace of its controller; the others allow every namespace, on one port. */
const comingIn = (cluster: Cluster): string[] =>
  cluster.name === 'overlays/production'
    ? ['ingress']
    : [
        ...outsiders.filter(({ namespace }) => namespace).map(({ name }) => name),
        ...pods(cluster)
          .filter(talks)
          .map(({ name }) => name),
      ];

/** Pods of our namespace that may reach an app because every namespace may, if their egress policies allow it. */
const talks = (pod: Peer): boolean => pod.labels['app.kubernetes.io/component'] === 'edge';

function open(cluster: Cluster): Set<string> {
  const peers = [...pods(cluster), ...outsiders];
  const pairs = peers.flatMap((from) =>
    peers.filter((to) => from.namespace === HERE || to.namespace === HERE).map((to) => [from, to] as const),
  );
  return new Set(
    pairs.flatMap(([from, to]) =>
      PORTS.filter((port) => allowed(cluster, from, to, port)).map((port) => `${from.name} ${to.name} ${port}`),
    ),
  );
}

export const networkPolicies: Policy[] = [
  {
    rule: 'exactly the required connections are open',
    find: (cluster) => {
      const [is, should] = [open(cluster), needed(cluster)];
      return [
        ...[...is].filter((connection) => !should.has(connection)).map((connection) => `open, but not required: ${connection}`),
        ...[...should].filter((connection) => !is.has(connection)).map((connection) => `required, but closed: ${connection}`),
      ];
    },
    breakIt: (cluster) => (cluster.manifests = cluster.manifests.filter(({ metadata }) => metadata.name !== 'deny-all')),
  },
  {
    // components/network-policies covers the stores and the proxy too, which some combinations leave out.
    rule: 'every network policy selects a pod',
    find: (cluster) =>
      cluster
        .all('NetworkPolicy')
        .filter(({ metadata }) => metadata.name !== 'edge-to-apps')
        .flatMap(({ metadata, spec }) =>
          unless(
            pods(cluster).some(({ labels }) => selects(spec!.podSelector ?? {}, labels)) || metadata.name.startsWith('into-'),
            `${metadata.name} selects nothing`,
          ),
        ),
    breakIt: (cluster) => (cluster.find('NetworkPolicy', 'apps-to-stores')!.spec!.podSelector = { matchLabels: { app: 'none' } }),
  },
];
