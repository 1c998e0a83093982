/** @seconds 10 */
import { execFileSync } from 'node:child_process';
import { build, builds, kustomize, onPath, ownKustomize, type Manifest } from './build.ts';
import { badValues, unknownFields } from './schema.ts';

const built = new Map(builds.map((name) => [name, build(name)]));
const demo = (): Manifest[] => structuredClone(built.get('overlays/demo')!);

describe('the manifests', () => {
  it('use only fields of the API, with values of the right type, in every combination', () => {
    expect(unknownFields([...built.values()].flat())).toEqual([]);
  }, 60_000);

  it.each(builds)('%s matches the JSON schemas', async (name) => {
    expect((await Promise.all(built.get(name)!.map(badValues))).flat()).toEqual([]);
  });

  it('are refused for an unknown field at any depth', () => {
    const deployment = demo().find(({ kind }) => kind === 'Deployment')!;
    const [container] = (deployment['spec'] as { template: { spec: { containers: Record<string, unknown>[] } } }).template.spec
      .containers;
    container!['redinessProbe'] = {};
    expect(unknownFields([deployment])).toEqual([expect.stringMatching(/redinessProbe.* does not exist/)]);
  }, 60_000);

  it('are refused for a missing field', async () => {
    const service = demo().find(({ kind }) => kind === 'HorizontalPodAutoscaler')!;
    delete (service['spec'] as Record<string, unknown>)['maxReplicas'];
    expect(await badValues(service)).toEqual([expect.stringContaining('maxReplicas')]);
  });

  it('render the same with kubectl and with kustomize', () => {
    const other = onPath('kubectl') ? [ownKustomize, 'build'] : kustomize;
    for (const name of ['overlays/demo', 'tests/sentinel']) expect(build(name, other)).toEqual(built.get(name));
  });

  it('do not build for production without the secrets file', () => {
    const [program, verb] = kustomize;
    expect(() => execFileSync(program!, [verb!, 'k8s/overlays/production'], { stdio: 'pipe' })).toThrow(/secrets\.env/);
  });

  it('define each object once', () => {
    for (const manifests of built.values()) {
      const names = manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
      expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    }
  });
});
