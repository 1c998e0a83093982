/** @seconds 30 */
import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, LOOPBACK } from '../../tools/local/ports.ts';
import type { JSONInstruction } from 'dockerfile-ast';
import { browserless, register } from '../support/client.ts';
import { onCleanup } from '../support/cleanup.ts';
import { replicaDefaults } from '../support/replicas.ts';
import { testDatabase, testRedis } from '../support/servers.ts';
import { commandOf, last, words } from './dockerfile.ts';
import { builtFromContext, readableNode, productionTree } from './production-tree.ts';

/** Processes start slowly while many suites run at once. */
const START_MS = 90_000;
const isRoot = process.getuid?.() === 0;
const [uid, gid] = words(last('auth', 'USER')!)[0]!.split(':').map(Number);

const trees: Record<string, string> = {};
let node: string;
let environment: Record<string, string>;

beforeAll(async () => {
  for (const target of ['auth', 'portal']) trees[target] = productionTree(target);
  node = readableNode();
  environment = {
    ...replicaDefaults,
    NODE_ENV: 'production',
    DATABASE_URL: await testDatabase(),
    REDIS_URL: (await testRedis()).url,
  };
}, 300_000);

/** Runs as the image's user if this process may change its user. */
function run(target: string, args: string[], env: Record<string, string> = {}): ChildProcess & { output: () => string } {
  const child = spawn(node, args, {
    cwd: trees[target]!,
    env: { ...environment, ...env },
    ...(isRoot && { uid: uid!, gid: gid! }),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
  onCleanup(() => child.kill('SIGKILL'));
  return Object.assign(child, { output: () => output });
}

const exitCode = async (child: ChildProcess): Promise<number | null> =>
  child.exitCode ?? ((await once(child, 'exit'))[0] as number | null);

async function boot(target: string): Promise<{ child: ChildProcess; url: string }> {
  const port = String(await freePort());
  const [command] = JSON.parse(last(target, 'CMD')!.getRawArgumentsContent()!) as [string];
  const child = run(target, [command], { PORT: port, REPLICA: target });
  const url = `http://${LOOPBACK}:${port}`;
  const deadline = performance.now() + START_MS;
  while (
    !(await fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null || performance.now() > deadline) throw new Error(`${target} does not start: ${child.output()}`);
    await pause(100);
  }
  return { child, url };
}

describe('the content of an image', () => {
  it('has production packages and the bundles of one app, and no development packages', () => {
    expect(readdirSync(trees['portal']!).toSorted()).toEqual(['dist', 'node_modules', 'package.json']);
    expect(readdirSync(join(trees['portal']!, 'dist/apps'))).toEqual(['portal']);
    const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { devDependencies: Record<string, string> };
    const shipped = Object.keys(devDependencies).filter((name) => existsSync(join(trees['portal']!, 'node_modules', name)));
    // Exceptions: dependencies of production packages.
    expect(shipped.filter((name) => !/^(yaml|@types\/)/.test(name))).toEqual([]);
    expect(readdirSync(join(trees['portal']!, 'node_modules')).filter((name) => /^node-(linux|win)/.test(name))).toEqual([]);
  });

  it('is read-only for its user', async () => {
    const child = run('portal', ['-e', `require('node:fs').writeFileSync('dist/x', '')`]);
    expect(await exitCode(child)).not.toBe(0);
    expect(child.output()).toMatch(/EACCES|EROFS/);
  });

  it('builds from the context that the ignore file allows', () => {
    expect(commandOf(last('build', 'RUN') as JSONInstruction)).toBe('npm run build');
    const built = builtFromContext();
    for (const app of ['auth', 'portal']) expect(existsSync(join(built, 'dist/apps', app, 'main.js'))).toBe(true);
  }, 300_000);

  it('migrates an empty database, and both apps serve from read-only folders', async () => {
    const migration = run('auth', ['dist/apps/auth/migrate.js']);
    expect([await exitCode(migration), migration.output()]).toEqual([0, expect.stringContaining('applied')]);
    const [auth, portal] = [await boot('auth'), await boot('portal')];
    const visitor = browserless(auth.url);
    await register(visitor);
    const response = await visitor.at(portal.url).get('/api/session');
    expect(response).toMatchObject({ status: 200, body: { user: { name: expect.any(String) } } });
    expect((await visitor.at(portal.url).get('/', { headers: { accept: 'text/html' } })).text).toContain('<html');
    for (const { child } of [auth, portal]) {
      child.kill('SIGTERM');
      expect(await exitCode(child)).toBe(0);
    }
  }, 300_000);
});
