import { Launcher } from './launcher.ts';
import { readRunFile } from './folder.ts';
import { extensions } from './extensions.ts';
import { parseOptions, usage, UsageError } from './options.ts';

const flags = extensions.flatMap(({ flag }) => flag ?? []);

/** What `npm start` runs. */
async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2), flags);
  if (!options) return console.log(usage(flags));
  const other = readRunFile();
  if (other) throw new Error(`Already running at ${other.url} (pid ${other.launcher.pid}).`);
  const launcher = new Launcher(options, process.env, (text) => console.log(text));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(launcher));
  try {
    await launcher.start();
  } catch (error) {
    await launcher.stop();
    throw error;
  }
}

let isEnding = false;

/** A second Ctrl-C exits at once; the supervisor stops the rest. */
async function end(launcher: Launcher): Promise<void> {
  if (isEnding) process.exit(130);
  isEnding = true;
  console.log('\nStopping ...');
  await launcher.stop();
  process.exit(0);
}

main().catch((error: Error) => {
  if (isEnding) return;
  console.error(error instanceof UsageError ? `${error.message}\n\n${usage(flags)}` : error.message);
  process.exit(1);
});
