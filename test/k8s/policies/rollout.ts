import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import { selects, type Cluster, type Labels } from '../cluster.ts';
import { unless, type Policy } from './policy.ts';

type App = Cluster['apps'][number];

const eachApp = (cluster: Cluster, check: (app: App) => string[]): string[] => [
  ...unless(cluster.apps.length === 2, 'there are not two apps'),
  ...cluster.apps.flatMap((app) => check(app).map((sentence) => `${app.metadata.name}: ${sentence}`)),
];

const podSpec = (app: IDeployment) => app.spec!.template.spec!;
const container = (app: IDeployment) => podSpec(app).containers[0]!;
const podLabels = (app: IDeployment): Labels => app.spec!.template.metadata!.labels!;
const first = (cluster: Cluster) => cluster.apps[0]!;

/** Seconds that closing the stores and the process may take after the last response. */
const CLOSE_SECONDS = 5;

function secondsToStop(cluster: Cluster, app: App): number {
  const { SHUTDOWN_DRAIN_MS, SHUTDOWN_TIMEOUT_MS } = cluster.environment(container(app));
  const preStop = container(app).lifecycle?.preStop?.sleep?.seconds ?? 0;
  return preStop + Number(SHUTDOWN_DRAIN_MS) / 1000 + Number(SHUTDOWN_TIMEOUT_MS) / 1000 + CLOSE_SECONDS;
}

const autoscalerOf = (cluster: Cluster, app: App) =>
  cluster.all('HorizontalPodAutoscaler').find(({ spec }) => spec?.scaleTargetRef.name === app.metadata.name)?.spec;

export const rolloutPolicies: Policy[] = [
  {
    rule: 'a rollout starts a new replica before it stops an old one, and pauses between replicas',
    find: (cluster) =>
      eachApp(cluster, ({ spec }) => [
        ...unless(
          spec!.strategy?.rollingUpdate?.maxSurge === 1 && spec!.strategy.rollingUpdate.maxUnavailable === 0,
          'loses a replica',
        ),
        ...unless((spec!.minReadySeconds ?? 0) >= 5, 'does not wait'),
      ]),
    breakIt: (cluster) => (first(cluster).spec!.strategy!.rollingUpdate!.maxUnavailable = 1),
  },
  {
    rule: 'start-up, liveness and readiness probes differ, and liveness does not depend on a store',
    find: (cluster) =>
      eachApp(cluster, (app) => {
        const { startupProbe, livenessProbe, readinessProbe } = container(app);
        const probed = [startupProbe, livenessProbe, readinessProbe].map((probe) =>
          JSON.stringify(probe?.httpGet ?? probe?.tcpSocket),
        );
        return [
          ...unless(new Set(probed).size === 3 && !probed.includes(undefined as never), 'probes are missing or the same'),
          ...unless(livenessProbe?.httpGet?.path === '/health/live', 'is restarted for problems that a restart does not fix'),
          ...unless(readinessProbe?.httpGet?.path === '/health/ready', 'gets traffic that it cannot serve'),
        ];
      }),
    breakIt: (cluster) => (container(first(cluster)).livenessProbe!.httpGet!.path = '/health/ready'),
  },
  {
    rule: 'a pod leaves the endpoints before it receives SIGTERM, and its grace period covers the shutdown',
    find: (cluster) =>
      eachApp(cluster, (app) => {
        const [grace, needed] = [podSpec(app).terminationGracePeriodSeconds ?? 30, secondsToStop(cluster, app)];
        return [
          ...unless(
            (container(app).lifecycle?.preStop?.sleep?.seconds ?? 0) >= 3,
            'is stopped while requests are still sent to it',
          ),
          ...unless(grace >= needed, `is killed after ${grace} s, but may need ${needed} s`),
        ];
      }),
    breakIt: (cluster) => (podSpec(first(cluster)).terminationGracePeriodSeconds = 20),
  },
  {
    rule: 'draining nodes evicts one replica at a time and does not wait for an unhealthy one',
    find: (cluster) =>
      eachApp(cluster, (app) => {
        const budget = cluster.all('PodDisruptionBudget').find(({ spec }) => selects(spec!.selector!, podLabels(app)))?.spec;
        return unless(
          budget?.maxUnavailable === 1 &&
            budget.unhealthyPodEvictionPolicy === 'AlwaysAllow' &&
            budget.minAvailable === undefined,
          'has no such budget',
        );
      }),
    breakIt: (cluster) => (cluster.all('PodDisruptionBudget')[0]!.spec!.unhealthyPodEvictionPolicy = 'IfHealthyBudget'),
  },
  {
    rule: 'replicas of one revision spread over hosts and zones',
    find: (cluster) =>
      eachApp(cluster, (app) =>
        ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].flatMap((key) => {
          const spread = podSpec(app).topologySpreadConstraints?.find(({ topologyKey }) => topologyKey === key);
          return [
            ...unless(spread?.maxSkew === 1 && selects(spread.labelSelector ?? {}, podLabels(app)), `do not spread over ${key}`),
            ...unless(spread?.matchLabelKeys?.includes('pod-template-hash'), `count old revisions over ${key}`),
          ];
        }),
      ),
    breakIt: (cluster) => delete podSpec(first(cluster)).topologySpreadConstraints![1]!.matchLabelKeys,
  },
  {
    rule: 'only the autoscaler sets the number of replicas: at least two, fast up, slow down',
    find: (cluster) =>
      eachApp(cluster, (app) => {
        const autoscaler = autoscalerOf(cluster, app);
        return [
          ...unless(app.spec!.replicas === undefined, 'resets the number of replicas at every apply'),
          ...unless((autoscaler?.minReplicas ?? 0) >= 2, 'allows a single replica'),
          ...unless(autoscaler?.behavior?.scaleUp?.stabilizationWindowSeconds === 0, 'scales up late'),
          ...unless((autoscaler?.behavior?.scaleDown?.stabilizationWindowSeconds ?? 0) >= 300, 'scales down early'),
        ];
      }),
    breakIt: (cluster) => (first(cluster).spec!.replicas = 3),
  },
  {
    rule: 'each pod has its name, node and zone in its environment',
    find: (cluster) =>
      eachApp(cluster, (app) =>
        Object.entries({
          REPLICA: 'metadata.name',
          NODE_NAME: 'spec.nodeName',
          ZONE: "metadata.labels['topology.kubernetes.io/zone']",
        }).flatMap(([name, path]) =>
          unless(
            container(app).env?.some((variable) => variable.name === name && variable.valueFrom?.fieldRef?.fieldPath === path),
            `lacks ${name}`,
          ),
        ),
      ),
    breakIt: (cluster) => container(first(cluster)).env!.pop(),
  },
  {
    rule: 'no Service has session affinity',
    find: (cluster) =>
      cluster
        .all('Service')
        .flatMap(({ metadata, spec }) => unless((spec?.sessionAffinity ?? 'None') === 'None', `${metadata.name} is sticky`)),
    breakIt: (cluster) => (cluster.find('Service', 'portal')!.spec!.sessionAffinity = 'ClientIP'),
  },
];
