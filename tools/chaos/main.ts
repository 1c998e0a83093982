import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { buildTestAppsIfNeeded } from '../../test/support/build.ts';
import { type FaultName, faultNames } from '../../test/support/breakable/catalogue.ts';
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
    /** Comma-separated names of faults. Default: all. */
    faults: { type: 'string' },
    /** Clocks of two replicas five minutes off. */
    skew: { type: 'boolean', default: false },
    /** Outages longer than the idle time. */
    idle: { type: 'boolean', default: false },
  },
});

const { near, stalls, stock, skew, idle } = values;
const strategy = stock ? 'stock' : values.strategy;
const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
const faults = values.faults?.split(',').map(faultNamed);
const flags = Object.entries({ near, stalls, skew, idle }).flatMap(([name, isOn]) => (isOn ? [`--${name}`] : []));
const command = [
  `npm run chaos -- --seconds ${seconds} --seed ${seed} ${stock ? '--stock' : `--strategy ${strategy}`}`,
  ...flags,
  ...(faults ? [`--faults "${faults.join(',')}"`] : []),
].join(' ');
console.log(`Repeat with: ${command}`);

await buildTestAppsIfNeeded();
const { history, violations } = await run({
  seconds,
  seed,
  isNear: near,
  hasStalls: stalls,
  isStock: stock,
  isSkewed: skew,
  isIdle: idle,
  ...(faults && { faults }),
  env: stock ? {} : { SESSION_STRATEGY: strategy },
  onFault: ({ name, startMs, endMs }) => console.log(`${Math.round(startMs)}-${Math.round(endMs)} ms: ${name}`),
});
mkdirSync('artifacts', { recursive: true });
writeFileSync(`artifacts/chaos-${strategy}-${seed}.json`, JSON.stringify({ command, violations, history }, null, 1));
console.log(report(history, violations));
if (violations.length > 0) console.log(`Full history: artifacts/chaos-${strategy}-${seed}.json. Repeat with: ${command}`);
// Keep-alive connections of fetch would delay the exit.
process.exit(violations.length === 0 ? 0 : 1);

function faultNamed(text: string): FaultName {
  const found = faultNames.find((name) => name === text.trim());
  if (!found) throw new Error(`There is no fault "${text.trim()}". The faults are: ${faultNames.join(', ')}.`);
  return found;
}
