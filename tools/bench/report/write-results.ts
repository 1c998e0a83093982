/** Writes the results of a run: latest.json, the charts, and the tables as Markdown. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { requestCharts } from './request-charts.ts';
import type { Results, Row } from './rows.ts';

/** The copy that the demo's page compares architectures with. */
const SHOWN = resolve(import.meta.dirname, '../../../apps/portal/src/demo/explain/figures.json');

function earlierRows(file: string): Row[] {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as Results).rows;
  } catch {
    return [];
  }
}

/** A run of one scenario keeps the rows of the other. */
function merge(file: string, results: Results): Results {
  const measured = new Set(results.rows.map(({ scenario }) => scenario));
  const kept = earlierRows(file).filter(({ scenario }) => !measured.has(scenario));
  return { ...results, rows: [...results.rows, ...kept] };
}

export function writeResults(folder: string, results: Results): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'latest.json');
  const merged = merge(file, results);
  writeFileSync(file, `${JSON.stringify(merged, null, 2)}\n`);
  if (existsSync(SHOWN)) writeFileSync(SHOWN, `${JSON.stringify(merged, null, 2)}\n`);
  for (const [name, svg] of Object.entries(requestCharts(merged))) writeFileSync(join(folder, name), svg);
}

/** Writes `docs/benchmarks/<part>.md`; the tool replaces the whole file. */
export function writeText(folder: string, name: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `${text.trimEnd()}\n`);
}
