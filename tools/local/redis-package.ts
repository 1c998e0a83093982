import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PACKAGES = ['valkey-server', 'redis-server'];
const FETCH_TIMEOUT_MS = 60_000;

/** A server program, before its version is known. */
export interface Program {
  command: string;
  env: Record<string, string>;
  /** Where it comes from, for people. */
  source: string;
}

/**
 * The package of Debian or Ubuntu, unpacked into a folder: needs no root and changes nothing else on the machine.
 * Null without apt or such a package. A second call uses the same folder.
 */
export async function fetchRedis(folder: string): Promise<Program | null> {
  const home = resolve(folder);
  const earlier = fetchedBefore(home);
  if (earlier) return earlier;
  const draft = `${home}.draft-${process.pid}`;
  try {
    await fetchInto(draft);
    rmSync(home, { recursive: true, force: true });
    renameSync(draft, home);
  } catch {
    return fetchedBefore(home);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return fetchedBefore(home);
}

function fetchedBefore(home: string): Program | null {
  const packageName = existsSync(join(home, 'package')) ? readFileSync(join(home, 'package'), 'utf8') : null;
  if (!packageName) return null;
  const libraries = readdirSync(join(home, 'usr', 'lib')).filter((name) => name.includes('-linux-'));
  return {
    command: join(home, 'usr', 'bin', packageName),
    env: { LD_LIBRARY_PATH: libraries.map((name) => join(home, 'usr', 'lib', name)).join(':') },
    source: `Debian package ${packageName}, fetched into .local`,
  };
}

async function fetchInto(draft: string): Promise<void> {
  mkdirSync(join(draft, 'usr', 'lib'), { recursive: true });
  const apt = privateApt(join(draft, 'apt'));
  // One unreachable source must not stop the others.
  await apt('update').catch(() => undefined);
  const { name, missing } = await firstAvailable(apt);
  await apt('download', ...missing);
  for (const archive of readdirSync(join(draft, 'apt')).filter((file) => file.endsWith('.deb'))) {
    await run('dpkg-deb', ['-x', join(draft, 'apt', archive), draft]);
  }
  rmSync(join(draft, 'apt'), { recursive: true });
  writeFileSync(join(draft, 'package'), name);
}

type Apt = (...args: string[]) => Promise<string>;

/** apt with its own lists and cache. It reads which packages the machine has, and writes nothing there. */
function privateApt(folder: string): Apt {
  for (const part of ['state/lists/partial', 'cache/archives/partial']) mkdirSync(join(folder, part), { recursive: true });
  const options = {
    'Dir::State': join(folder, 'state'),
    'Dir::State::status': '/var/lib/dpkg/status',
    'Dir::Cache': join(folder, 'cache'),
    'APT::Sandbox::User': userInfo().username,
    'Acquire::Languages': 'none',
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  return async (...args) =>
    (await run('apt-get', [...flags, ...args], { cwd: folder, timeout: FETCH_TIMEOUT_MS, maxBuffer: 1e8, env: process.env }))
      .stdout;
}

/** The first package that this release has, and which of it and its dependencies are not installed. */
async function firstAvailable(apt: Apt): Promise<{ name: string; missing: string[] }> {
  for (const name of PACKAGES) {
    const plan = await apt('install', '--print-uris', '-qq', '-y', '--no-install-recommends', name).catch(() => null);
    // One line per archive: 'http://...deb' name_version_arch.deb size checksum
    const missing = [...(plan ?? '').matchAll(/^'\S+' ([^_\s]+)_/gm)].map(([, archive]) => archive!);
    if (missing.includes(name)) return { name, missing };
  }
  throw new Error('This release has no Redis package.');
}
