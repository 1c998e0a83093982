import { readFileSync } from 'node:fs';
import { registerStoreMetrics, type StoreHealth } from '@baton/session';
import { Registry } from 'prom-client';
import { build } from './build.ts';

interface Rules {
  groups: { rules: { alert: string; expr: string }[] }[];
}

const rules = build('tests/gateway-cnpg-monitoring')
  .filter(({ kind }) => kind === 'PrometheusRule')
  .flatMap(({ spec }) => (spec as Rules).groups)
  .flatMap((group) => group.rules);

describe('the alerts', () => {
  it('use metrics of the session library that exist', () => {
    const registry = new Registry();
    registerStoreMetrics(registry, {} as StoreHealth);
    const used = rules.flatMap(({ expr }) => expr.match(/\w+_session_\w+/g) ?? []);
    expect(used).toContain('baton_session_backlog_age_seconds');
    for (const name of used) expect(registry.getSingleMetric(name)).toBeDefined();
  });

  it('are explained to operators', () => {
    const document = readFileSync('docs/operations/kubernetes.md', 'utf8');
    expect(rules.map(({ alert }) => alert).filter((alert) => !document.includes(`| **${alert}** |`))).toEqual([]);
  });
});
