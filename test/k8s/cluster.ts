import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import type { ISecret } from 'kubernetes-models/v1/Secret';
import type { IService } from 'kubernetes-models/v1/Service';
import type { Manifest } from './build.ts';

interface Kinds {
  ConfigMap: IConfigMap;
  Deployment: IDeployment;
  HorizontalPodAutoscaler: IHorizontalPodAutoscaler;
  Ingress: IIngress;
  NetworkPolicy: INetworkPolicy;
  PodDisruptionBudget: IPodDisruptionBudget;
  Secret: ISecret;
  Service: IService;
}

export type Labels = Record<string, string>;

/** Anything that starts pods: Deployments, StatefulSets, Jobs and CloudNativePG Clusters. */
export interface Workload {
  name: string;
  kind: string;
  labels: Labels;
  spec: IPodSpec;
}

/** One rendered combination, with the queries that the policies need. */
export class Cluster {
  constructor(
    readonly name: string,
    public manifests: Manifest[],
  ) {}

  all<K extends keyof Kinds>(kind: K): (Kinds[K] & { metadata: { name: string } })[] {
    return this.manifests.filter((manifest) => manifest.kind === kind) as never;
  }

  find<K extends keyof Kinds>(kind: K, name: string): Kinds[K] | undefined {
    return this.all(kind).find(({ metadata }) => metadata.name === name);
  }

  get workloads(): Workload[] {
    return this.manifests.flatMap((manifest) => {
      const template = (manifest['spec'] as { template?: { metadata?: { labels?: Labels }; spec: IPodSpec } } | undefined)
        ?.template;
      if (!template?.spec) return [];
      return [
        { name: manifest.metadata.name, kind: manifest.kind, labels: template.metadata?.labels ?? {}, spec: template.spec },
      ];
    });
  }

  /** The Deployments of the two apps. */
  get apps(): (IDeployment & { metadata: { name: string } })[] {
    return this.all('Deployment').filter(
      ({ spec }) => spec?.template.metadata?.labels?.['app.kubernetes.io/component'] === 'app',
    );
  }

  workload(name: string): Workload | undefined {
    return this.workloads.find((workload) => workload.name === name);
  }

  /** The environment of a container as the kubelet resolves it; values that only a cluster knows are `<...>`. */
  environment({ envFrom = [], env = [] }: IContainer): Record<string, string> {
    const from = envFrom.flatMap(({ configMapRef, secretRef }) =>
      Object.entries(configMapRef ? this.configMap(configMapRef.name!) : this.secret(secretRef!.name!)),
    );
    const own = env.map(({ name, value, valueFrom: source }) => [
      name,
      value ?? this.resolve(source?.secretKeyRef) ?? `<${name}>`,
    ]);
    return Object.fromEntries([...from, ...own]) as Record<string, string>;
  }

  private resolve(reference?: { name?: string; key: string }): string | undefined {
    return reference && this.secret(reference.name!)[reference.key];
  }

  configMap(name: string): Labels {
    return this.find('ConfigMap', name)?.data ?? {};
  }

  secret(name: string): Labels {
    const data = Object.entries(this.find('Secret', name)?.data ?? {});
    return Object.fromEntries(data.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
  }
}

interface Selector {
  matchLabels?: Labels;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** The four operators of label selectors; a selector without any condition selects everything. */
export function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === 'Exists') return value !== undefined;
      if (operator === 'DoesNotExist') return value === undefined;
      return values.includes(value ?? '') === (operator === 'In');
    })
  );
}
