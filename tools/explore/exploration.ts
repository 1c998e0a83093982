import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** `npm run explore` with these options, as a process: it replaces modules and time, which a test must not. */
export async function exploration(options: readonly string[]): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, ['tools/explore/main.ts', ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [[code], ...texts] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
  return { code: code as number, output: texts.join('') };
}
