import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Explored, Finding } from './explore.ts';
import { prepareLibrary } from './load-library.ts';
import { MUTATIONS } from './mutations.ts';
import { values } from './options.ts';
import type { Scenario } from './scenarios.ts';
import type { Deviation } from './schedule.ts';

interface Artifact {
  readonly mutation: string | null;
  readonly scenario: Scenario;
  readonly deviations: readonly Deviation[];
}

const replayed = values.replay === undefined ? null : (JSON.parse(readFileSync(values.replay, 'utf8')) as Artifact);
const mutationName = replayed === null ? values.mutate : (replayed.mutation ?? undefined);
const mutation = mutationName === undefined ? null : MUTATIONS.find(({ name }) => name === mutationName);
if (mutation === undefined)
  throw new Error(`There is no mutation "${mutationName}": ${MUTATIONS.map(({ name }) => name).join(', ')}.`);
prepareLibrary(mutation);
// Before the library is imported: its pool extends the one of pg.
const { replacePostgresClient } = await import('./stores/postgres-server.ts');
replacePostgresClient();

const { importLibrary } = await import('./replica.ts');
const { startServers } = await import('./servers.ts');
const { virtualizeTime } = await import('./clock.ts');
const { Exploration, shrink } = await import('./explore.ts');
const { runSchedule } = await import('./run.ts');
const { SCENARIOS } = await import('./scenarios.ts');
const { follow } = await import('./schedule.ts');

const library = await importLibrary();
const { lanes, close } = await startServers(replayed === null ? Number(values.lanes) : 1, library.migrate, library.scripts);
virtualizeTime();

function save({ scenario, outcome }: Finding): string {
  const { deviations, violations, trace } = outcome;
  const content = { mutation: mutation?.name ?? null, scenario, deviations, violations, trace };
  const hash = createHash('sha256')
    .update(JSON.stringify([scenario, deviations]))
    .digest('hex')
    .slice(0, 8);
  const file = `artifacts/explore-${scenario.name}-${hash}.json`;
  mkdirSync('artifacts', { recursive: true });
  writeFileSync(file, JSON.stringify(content, null, 1));
  return file;
}

async function replay({ scenario, deviations }: Artifact): Promise<number> {
  let failed = 0;
  for (let i = 0; i < Number(values.times); i++) {
    const { violations, trace } = await runSchedule(lanes[0]!, library, scenario, follow(deviations));
    if (i === 0) console.log(trace.join('\n'));
    console.log(violations.map(({ promise, what }) => `${promise}: ${what}`).join('\n') || 'no promise broken');
    if (violations.length > 0) failed++;
  }
  console.log(`${failed} of ${values.times} runs broke a promise.`);
  return failed;
}

async function exploreAll(): Promise<number> {
  const [part, parts] = (values.part ?? '1/1').split('/').map(Number) as [number, number];
  const names = values.scenario?.split(',');
  const wanted = SCENARIOS.filter(({ name }) => names === undefined || names.includes(name)).filter(
    (_, i) => i % parts === part - 1,
  );
  const endAt = performance.now() + Number(values.minutes) * 60_000;
  let found = 0;
  for (const [i, scenario] of wanted.entries()) {
    const left = endAt - performance.now();
    const budget = {
      until: performance.now() + left / (wanted.length - i),
      schedules: Number(values.schedules),
      seed: Number(values.seed),
      preemptions: Number(values.preemptions),
      faults: Number(values.faults),
      skipped: values.skip.split(','),
      isExhaustive: values.exhaustive,
      firstOnly: values.first,
    };
    const explored = await new Exploration(library, scenario, budget).run(lanes);
    console.log(summary(explored));
    for (const finding of explored.findings) report(await shrink(lanes[0]!, library, finding));
    found += explored.findings.length;
    if (found > 0 && values.first) break;
  }
  return found;
}

const summary = ({ scenario, schedules, walks, complete, findings }: Explored) =>
  `${scenario}: ${schedules} schedules (${walks} random walks), complete: ${complete.join(', ')}; ${findings.length} violations`;

function report(finding: Finding): void {
  const { outcome, scenario, after } = finding;
  const file = save(finding);
  console.log(`\n${scenario.name}, after ${after} schedules, ${outcome.deviations.length} deviations:`);
  for (const { promise, what } of outcome.violations) console.log(`  ${promise}: ${what}`);
  console.log(outcome.deviations.map((deviation) => `  at ${deviation.at}: ${deviation.do}`).join('\n'));
  console.log(`Replay: npm run explore -- --replay ${file}\n`);
}

const found = replayed === null ? await exploreAll() : await replay(replayed);
await close();
process.exit(found === 0 ? 0 : 1);
