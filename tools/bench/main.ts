/** `npm run bench`: measures the figures of docs/benchmarks side by side. */
import type { Scenario } from './harness/contest.ts';
import { describeMachine, leaveServerCore, packageVersions } from './harness/machine.ts';
import { parseOptions, type Options, type Part } from './harness/options.ts';
import { BenchStores } from './harness/stores.ts';
import { buildTestAppsIfNeeded } from '../../test/support/build.ts';
import { buildPrograms, buildProgramsOf } from './build.ts';
import { freeze } from './parts/freeze.ts';
import { logins } from './parts/logins.ts';
import { lookup } from './parts/lookup.ts';
import { profiles } from './parts/profile.ts';
import { requests } from './parts/requests.ts';
import { scale } from './parts/scale.ts';
import { writeResults, writeText } from './report/write-results.ts';

function has(options: Options, part: Part): boolean {
  return options.parts.includes(part);
}

async function run(options: Options, stores: BenchStores): Promise<void> {
  const measured = {
    date: new Date().toISOString(),
    machine: describeMachine(),
    versions: { ...packageVersions(), ...stores.versions },
  };
  const scenarios = options.parts.filter((part): part is Scenario => part === 'read' || part === 'write');
  if (scenarios.length) writeResults(options.out, { ...measured, rows: await requests(scenarios, stores, options) });
  if (has(options, 'lookup')) report(options, measured, 'lookup', 'The stores alone', await lookup(stores, options));
  if (has(options, 'scale')) report(options, measured, 'scale', 'Many sessions, many replicas', await scale(stores, options));
  if (has(options, 'freeze'))
    report(options, measured, 'freeze', 'Redis frozen while visitors read', (await freeze(stores, options)).text);
  if (has(options, 'logins'))
    report(options, measured, 'logins', 'Twenty users who sign in at once', await logins(stores, options));
  if (has(options, 'profile'))
    report(options, measured, 'profile', 'Where the CPU of one read goes', await profiles(stores, options));
}

function report(
  { out }: Options,
  { date, machine }: { date: string; machine: string },
  name: string,
  title: string,
  text: string,
): void {
  console.log(`\n${text}`);
  writeText(
    out,
    `${name}.md`,
    `# ${title}\n\n${date.slice(0, 10)}; ${machine}. Written by \`npm run bench -- ${name}\`.\n\n${text}`,
  );
}

const options = parseOptions(process.argv.slice(2));
await buildTestAppsIfNeeded();
await buildPrograms();
if (options.against) await buildProgramsOf(options.against);
leaveServerCore();
const stores = await BenchStores.start();
try {
  await run(options, stores);
} finally {
  await stores.stop();
}
