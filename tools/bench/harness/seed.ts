/** Runs a program that puts many sessions straight into the stores, and reads the cookies it made. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export async function seed(program: string, sessions: number, env: Record<string, string>): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-bench-seed-'));
  const file = join(folder, 'cookies.json');
  try {
    await promisify(execFile)(process.execPath, [program], {
      env: { PATH: process.env.PATH, NODE_ENV: 'production', SESSIONS: String(sessions), OUT: file, ...env },
    });
    return JSON.parse(readFileSync(file, 'utf8')) as string[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
