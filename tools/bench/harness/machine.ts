/** The machine: which core serves, which cores generate load, and its description in the reports. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';

const SERVER_CORE = 0;

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['-p', String(process.pid)], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Read before this process is pinned, because pinning changes the result. */
const cores = availableParallelism();
const canPin = cores > 1 && hasTaskset();
const otherCores = cores === 2 ? '1' : `1-${cores - 1}`;

/** Keeps this process and every process it starts later (load generator, stores) off the server's core. */
export function leaveServerCore(): void {
  if (canPin) execFileSync('taskset', ['-a', '-c', '-p', otherCores, String(process.pid)], { stdio: 'ignore' });
}

/** The command line that runs a program on the server's core. */
export function onServerCore(command: string[]): string[] {
  return canPin ? ['taskset', '-c', String(SERVER_CORE), ...command] : command;
}

export function describeMachine(): string {
  const memoryGb = Math.round(totalmem() / 2 ** 30);
  const pinned = canPin ? `server on core ${SERVER_CORE}, load and stores on ${otherCores}` : 'no pinning';
  return `${cpus()[0]?.model.trim()}, ${cores} cores, ${memoryGb} GB, ${type()} ${release()}; ${pinned}`;
}

const root = join(import.meta.dirname, '../../..');

function installedVersion(name: string): string | null {
  for (const folder of [join(root, 'tools/bench'), root]) {
    try {
      return JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version;
    } catch {}
  }
  return null;
}

const MEASURED_PACKAGES = [
  '@nestjs/core',
  'express',
  'express-session',
  'connect-redis',
  'redis',
  'pg',
  'passport',
  'connect-pg-simple',
  'jose',
  'iron-session',
  'better-auth',
  'fastify',
  '@fastify/session',
];

export function packageVersions(): Record<string, string> {
  const found = MEASURED_PACKAGES.map((name) => [name, installedVersion(name)] as const);
  return { node: process.versions.node, ...Object.fromEntries(found.filter(([, version]) => version !== null)) };
}
