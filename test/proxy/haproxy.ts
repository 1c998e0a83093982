import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { supervisor } from '../../tools/local/supervisor.ts';
import { freePort, LOOPBACK } from '../../tools/local/ports.ts';
import { onCleanup } from '../support/cleanup.ts';
import { temporaryFolder } from '../support/servers.ts';

export interface Backend {
  name: string;
  port: number;
}

export interface Proxy {
  url: string;
  /** The proxy's own status: 200 while it has a replica of each app. */
  statusUrl: string;
}

const CONFIGURATION = 'k8s/components/edge/haproxy.cfg';
const TIMEOUT_MS = 90_000;

/**
 * Runs HAProxy with the configuration that compose and the cluster use. Two things differ: the ports, and the list of replicas,
 * because there is no DNS here.
 */
export async function startProxy(replicas: { auth: Backend[]; portal: Backend[] }): Promise<Proxy> {
  const [web, status] = [await freePort(), await freePort()];
  const folder = temporaryFolder('haproxy');
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, configuration(replicas, web, status));
  const logFile = join(folder, 'log');
  const haproxy = await supervisor.start({ command: await findHaproxy(), args: ['-db', '-f', file], logFile });
  onCleanup(() => haproxy.kill());
  const proxy = { url: `http://${LOOPBACK}:${web}`, statusUrl: `http://${LOOPBACK}:${status}/ready` };
  await untilReady(proxy.statusUrl, () => haproxy.exit && readFileSync(logFile, 'utf8'));
  return proxy;
}

function configuration(replicas: Record<'auth' | 'portal', Backend[]>, web: number, status: number): string {
  const servers = (backends: Backend[]) => backends.map(({ name, port }) => `  server ${name} ${LOOPBACK}:${port}`).join('\n');
  return readFileSync(CONFIGURATION, 'utf8')
    .replace('bind :8080', `bind ${LOOPBACK}:${web}`)
    .replace('bind :8404', `bind ${LOOPBACK}:${status}`)
    .replace(/^ *server-template auth .*$/m, servers(replicas.auth))
    .replace(/^ *server-template portal .*$/m, servers(replicas.portal));
}

async function untilReady(url: string, ended: () => string | null): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (
    !(await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    const last = ended();
    if (last !== null || performance.now() > deadline) throw new Error(`HAProxy does not reach its replicas.\n${last ?? ''}`);
    await pause(50);
  }
}

/** HAProxy from PATH. As root on Debian and Ubuntu, installs the package. */
export async function findHaproxy(): Promise<string> {
  const found = lookUp();
  if (found) return found;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) await install();
  return lookUp() ?? fail();
}

function lookUp(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin'];
  return folders.map((folder) => join(folder, 'haproxy')).find((file) => existsSync(file));
}

/** RUNLEVEL=1 keeps the package from starting its own proxy. */
async function install(): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const apt = (...args: string[]) => promisify(execFile)('apt-get', args, { env, timeout: 120_000 });
  await apt('update').catch(() => undefined);
  await apt('install', '-y', '--no-install-recommends', 'haproxy').catch(() => undefined);
}

function fail(): never {
  throw new Error(
    'These tests need a real reverse proxy: install HAProxy 2.4 or newer (Debian: apt-get install haproxy; macOS: brew install haproxy).',
  );
}

export const haproxyVersion = async (): Promise<string> =>
  execFileSync(await findHaproxy(), ['-v'], { encoding: 'utf8' }).split('\n')[0]!;
