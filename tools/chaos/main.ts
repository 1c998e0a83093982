import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { buildTestPortalIfNeeded } from '../../test/support/build.ts';
import { report } from './report.ts';
import { run } from './run.ts';

/** `npm run chaos -- --seconds 60 --seed 7`: exits with 1 if a promise was broken. Rebuilds the apps first if sources are newer. */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    strategy: { type: 'string', default: 'tiered' },
    /** Runs express-session over connect-redis instead of Baton. */
    stock: { type: 'boolean', default: false },
    near: { type: 'boolean', default: false },
    /** Also stalls processes briefly, in addition to the faults. */
    stalls: { type: 'boolean', default: false },
  },
});

const { near, stalls, stock } = values;
const strategy = stock ? 'stock' : values.strategy;
const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
const command = `npm run chaos -- --seconds ${seconds} --seed ${seed} ${stock ? '--stock' : `--strategy ${strategy}`}${near ? ' --near' : ''}${stalls ? ' --stalls' : ''}`;
console.log(`Repeat with: ${command}`);

await buildTestPortalIfNeeded();
const { history, violations } = await run({
  seconds,
  seed,
  isNear: near,
  hasStalls: stalls,
  isStock: stock,
  env: stock ? {} : { SESSION_STRATEGY: strategy },
  onFault: ({ name, startMs, endMs }) => console.log(`${Math.round(startMs)}-${Math.round(endMs)} ms: ${name}`),
});
mkdirSync('artifacts', { recursive: true });
writeFileSync(`artifacts/chaos-${strategy}-${seed}.json`, JSON.stringify({ command, violations, history }, null, 1));
console.log(report(history, violations));
if (violations.length > 0) console.log(`Full history: artifacts/chaos-${strategy}-${seed}.json. Repeat with: ${command}`);
// Keep-alive connections of fetch would delay the exit.
process.exit(violations.length === 0 ? 0 : 1);
