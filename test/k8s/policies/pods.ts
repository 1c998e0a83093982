import type { IContainer } from 'kubernetes-models/v1/Container';
import type { Cluster, Workload } from '../cluster.ts';
import { unless, type Policy } from './policy.ts';

const safeVolumes = ['configMap', 'emptyDir', 'persistentVolumeClaim', 'secret', 'projected', 'downwardAPI', 'csi', 'ephemeral'];

const eachPod = (cluster: Cluster, check: (workload: Workload) => string[]): string[] =>
  cluster.workloads.flatMap((workload) => check(workload).map((sentence) => `${workload.kind}/${workload.name}: ${sentence}`));

const containersOf = ({ spec }: Workload): IContainer[] => [...(spec.initContainers ?? []), ...spec.containers];

const eachContainer = (cluster: Cluster, check: (container: IContainer, workload: Workload) => string[]): string[] =>
  eachPod(cluster, (workload) => containersOf(workload).flatMap((container) => check(container, workload)));

const firstContainer = (cluster: Cluster): IContainer => cluster.workloads[0]!.spec.containers[0]!;

/** Mebibytes of a quantity such as 384Mi or 1Gi. */
function mebibytes(quantity: unknown): number {
  const [, amount, unit] = /^(\d+)(Mi|Gi)$/.exec(String(quantity)) ?? [];
  return Number(amount) * (unit === 'Gi' ? 1024 : 1);
}

const heapOf = ({ env = [] }: IContainer): number =>
  Number(/--max-old-space-size=(\d+)/.exec(env.find(({ name }) => name === 'NODE_OPTIONS')?.value ?? '')?.[1]);

const isOurs = ({ image = '' }: IContainer): boolean => image.includes('baton-');

export const podPolicies: Policy[] = [
  {
    rule: 'every pod, including the stores, runs as a numeric non-root user under RuntimeDefault',
    find: (cluster) =>
      eachPod(cluster, ({ spec: { securityContext } }) => [
        ...unless(securityContext?.runAsNonRoot === true && (securityContext.runAsUser ?? 0) > 0, 'may run as root'),
        ...unless(securityContext?.seccompProfile?.type === 'RuntimeDefault', 'has no seccomp profile'),
      ]),
    breakIt: (cluster) => (cluster.workloads.at(-1)!.spec.securityContext!.runAsUser = 0),
  },
  {
    rule: 'every container drops all capabilities, cannot gain privileges, and has a read-only root file system',
    find: (cluster) =>
      eachContainer(cluster, ({ name, securityContext }) => [
        ...unless(
          securityContext?.capabilities?.drop?.includes('ALL') && !securityContext.capabilities.add,
          `${name} keeps capabilities`,
        ),
        ...unless(
          securityContext?.allowPrivilegeEscalation === false && !securityContext.privileged,
          `${name} can gain privileges`,
        ),
        ...unless(securityContext?.readOnlyRootFilesystem === true, `${name} can write to its root file system`),
      ]),
    breakIt: (cluster) => delete firstContainer(cluster).securityContext!.readOnlyRootFilesystem,
  },
  {
    rule: 'no pod has access to its node',
    find: (cluster) =>
      eachPod(cluster, ({ spec }) => [
        ...unless(!spec.hostNetwork && !spec.hostPID && !spec.hostIPC, 'shares a namespace of its node'),
        ...(spec.volumes ?? []).flatMap(({ name, ...source }) =>
          unless(
            Object.keys(source).every((kind) => safeVolumes.includes(kind)),
            `volume ${name} belongs to the node`,
          ),
        ),
        ...spec.containers.flatMap(({ name, ports = [] }) =>
          unless(!ports.some(({ hostPort }) => hostPort), `${name} uses a port of the node`),
        ),
      ]),
    breakIt: (cluster) => (cluster.workloads[0]!.spec.volumes = [{ name: 'node', hostPath: { path: '/' } }]),
  },
  {
    rule: 'no pod has an API token, and no object grants cluster permissions',
    find: (cluster) => [
      ...eachPod(cluster, ({ spec }) => [
        ...unless(spec.automountServiceAccountToken === false, 'mounts a token'),
        ...unless(
          cluster.manifests.some(({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name === spec.serviceAccountName),
          'runs under a shared service account',
        ),
      ]),
      ...cluster.manifests.filter(({ kind }) => /Role/.test(kind)).map(({ kind }) => `a ${kind} grants permissions`),
    ],
    breakIt: (cluster) => (cluster.workloads[0]!.spec.automountServiceAccountToken = true),
  },
  {
    rule: 'the namespace enforces the restricted profile',
    find: (cluster) => {
      const namespace = cluster.manifests.find(({ kind }) => kind === 'Namespace');
      return unless(
        namespace?.metadata.labels?.['pod-security.kubernetes.io/enforce'] === 'restricted',
        'the namespace does not enforce it',
      );
    },
    breakIt: (cluster) => delete cluster.manifests.find(({ kind }) => kind === 'Namespace')!.metadata.labels,
  },
  {
    rule: 'every container requests CPU and memory, and has a memory limit but no CPU limit',
    find: (cluster) =>
      eachContainer(cluster, ({ name, resources }) => [
        ...unless(resources?.requests?.['cpu'] && resources.requests['memory'], `${name} requests nothing`),
        ...unless(resources?.limits?.['memory'], `${name} has no memory limit`),
        ...unless(!resources?.limits?.['cpu'], `${name} is throttled`),
      ]),
    breakIt: (cluster) => (firstContainer(cluster).resources!.limits!['cpu'] = '1'),
  },
  {
    rule: 'the Node heap is between 40 and 75 % of the memory limit',
    find: (cluster) =>
      eachContainer(cluster, (container) => {
        const share = heapOf(container) / mebibytes(container.resources?.limits?.['memory']);
        return isOurs(container)
          ? unless(share >= 0.4 && share <= 0.75, `${container.name} has a heap of ${share} of its memory limit`)
          : [];
      }),
    breakIt: (cluster) =>
      (cluster.workloads.find((workload) => isOurs(workload.spec.containers[0]!))!.spec.containers[0]!.env = []),
  },
  {
    rule: 'external images are pinned by digest, our own by version',
    find: (cluster) =>
      eachContainer(cluster, ({ image = '' }) =>
        unless(
          image.includes('baton-') ? /:\d+\.\d+\.\d+(@|$)/.test(image) : /@sha256:[0-9a-f]{64}$/.test(image),
          `${image} is not pinned`,
        ),
      ),
    breakIt: (cluster) => (firstContainer(cluster).image = 'localhost/baton-auth:latest'),
  },
];
