/** The parts `read` and `write`: complete requests through every stack. */
import { contest, enter, type Contestant, type Measured, type Scenario } from '../harness/contest.ts';
import type { Options } from '../harness/options.ts';
import type { BenchStores } from '../harness/stores.ts';
import { cpuSpreadPercent, toRow, type Row } from '../report/rows.ts';
import { markdownTable } from '../report/table.ts';
import { STACKS, stacksOf, type Stack } from '../stacks.ts';

const chosen = (options: Options): Stack[] =>
  [...STACKS, ...(options.against ? stacksOf(options.against) : [])].filter(
    ({ name }) => !options.stacks.length || options.stacks.includes(name),
  );

function storeWords({ perRequest }: Measured): string {
  const known = Object.entries(perRequest).filter(([, count]) => count >= 0.0005);
  return known.map(([name, count]) => `${name} ${count.toFixed(3)}`).join(', ') || 'none';
}

function printTable(scenario: Scenario, rows: Row[], measured: Map<string, Measured>): void {
  const stock = rows.find(({ stack }) => stack === 'stock')?.cpuMsPer1000;
  const cells = rows.map((row) => {
    const own = measured.get(row.stack)!;
    const toStock = stock ? (row.cpuMsPer1000 / stock).toFixed(2) : '-';
    const { cpuMsPer1000, requestsPerSecond, p50Ms, p99Ms, rssMb } = row;
    return [
      row.stack,
      cpuMsPer1000,
      `±${cpuSpreadPercent(own)}%`,
      toStock,
      requestsPerSecond,
      p50Ms,
      p99Ms,
      rssMb,
      storeWords(own),
    ];
  });
  const head = [
    'stack',
    'CPU ms / 1,000',
    'spread',
    'to stock',
    'requests/s',
    'p50 ms',
    'p99 ms',
    'RSS MB',
    'store commands per request',
  ];
  console.log(`\n${scenario}\n${markdownTable(head, cells)}`);
}

export async function requests(scenarios: Scenario[], stores: BenchStores, options: Options): Promise<Row[]> {
  const contestants: Contestant[] = [];
  try {
    for (const stack of chosen(options)) contestants.push(await enter(stack, stores));
    const rows: Row[] = [];
    for (const scenario of scenarios) {
      const measured = await contest(scenario, contestants, stores, options);
      const own = Array.from(measured)
        .filter(([, { samples }]) => samples.length > 0)
        .map(([stack, result]) => toRow(scenario, stack, result));
      printTable(scenario, own, measured);
      rows.push(...own);
    }
    return rows;
  } finally {
    await Promise.all(contestants.map(({ server }) => server.stop()));
  }
}
