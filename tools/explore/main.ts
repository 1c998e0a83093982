import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { values } from './options.ts';
import { SCENARIOS } from './scenarios.ts';

/** `npm run explore -- --minutes 5`: exits with 1 if a schedule breaks a promise. */
const scenarios = values.scenario === undefined ? SCENARIOS.length : values.scenario.split(',').length;
const processes = Math.min(Number(values.processes), scenarios);
if (values.replay !== undefined || values.part !== undefined || processes === 1) await import('./part.ts');
else process.exitCode = await shareBetween(processes);

/** Returns the exit code. */
async function shareBetween(count: number): Promise<number> {
  const startedAt = performance.now();
  const results = await Promise.all(Array.from({ length: count }, (_, i) => part(`${i + 1}/${count}`)));
  const schedules = results.reduce((sum, result) => sum + result.schedules, 0);
  console.log(`${schedules} schedules in ${Math.round((performance.now() - startedAt) / 1000)} s, by ${count} processes.`);
  return Math.max(...results.map(({ code }) => code));
}

async function part(name: string): Promise<{ code: number; schedules: number }> {
  const args = [import.meta.filename, ...process.argv.slice(2), '--part', name];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let schedules = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    console.log(line);
    schedules += Number(/: (\d+) schedules/.exec(line)?.[1] ?? 0);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? 1, schedules };
}
