import { build, builds } from './build.ts';
import { Cluster } from './cluster.ts';
import { networkPolicies } from './policies/network.ts';
import { podPolicies } from './policies/pods.ts';
import { referencePolicies } from './policies/references.ts';
import { rolloutPolicies } from './policies/rollout.ts';
import { settingsPolicies } from './policies/settings.ts';

const built = new Map(builds.map((name) => [name, build(name)]));
const cluster = (name: string): Cluster => new Cluster(name, structuredClone(built.get(name)!));

/** Combinations that violate a policy on purpose. */
const exceptions: Record<string, RegExp> = {
  'no Service has session affinity': /sticky/,
  'exactly the required connections are open': /sticky/,
};

describe.each([...podPolicies, ...rolloutPolicies, ...referencePolicies, ...settingsPolicies, ...networkPolicies])(
  '$rule',
  ({ rule, find, breakIt }) => {
    const expected = builds.filter((name) => !exceptions[rule]?.test(name));

    it.each(expected)('%s', (name) => {
      expect(find(cluster(name))).toEqual([]);
    });

    it('reports a violation', () => {
      const broken = cluster('overlays/demo');
      breakIt(broken);
      expect(find(broken)).not.toEqual([]);
    });
  },
);

describe('the counter-example', () => {
  it('is the only combination with session affinity', () => {
    const affinity = ({ name }: { name: string }) => cluster('tests/sticky').find('Service', name)?.spec?.sessionAffinity;
    expect(['auth', 'portal'].map((name) => affinity({ name }))).toEqual(['ClientIP', 'ClientIP']);
  });
});
