/** Runs a program of the benchmark until it exits and reads the JSON it wrote to the file named by OUT. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onServerCore } from './machine.ts';

interface RunOptions {
  /** Runs the program on the server's core. */
  measured?: boolean;
}

export async function runProgram<T>(
  program: string,
  env: Record<string, string>,
  { measured = false }: RunOptions = {},
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-bench-'));
  const out = join(folder, 'out.json');
  const line = [process.execPath, program];
  const [command, ...args] = (measured ? onServerCore(line) : line) as [string, ...string[]];
  try {
    await promisify(execFile)(command, args, { env: { PATH: process.env.PATH, NODE_ENV: 'production', OUT: out, ...env } });
    return JSON.parse(readFileSync(out, 'utf8')) as T;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
