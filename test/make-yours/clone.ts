import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { RunFile } from '../../tools/local/folder.ts';
import { freePort } from '../../tools/local/ports.ts';

const run = promisify(execFile);
const project = resolve(import.meta.dirname, '../..');

/** The environment without what this npm and this jest set for their child processes. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(npm_|JEST_|TEST_|NODE_ENV|NODE_OPTIONS|DATABASE_URL|REDIS_URL|INIT_CWD)/.test(name),
  ),
);

/** A suite in Jest's `--json` report. */
interface SuiteReport {
  name: string;
  status: 'passed' | 'failed';
  message: string;
  assertionResults: unknown[];
}

/** A clone of this project's HEAD in a temporary folder, with this project's node_modules. */
export class Clone {
  readonly folder = mkdtempSync(join(tmpdir(), 'make-yours-'));
  private served: ReturnType<typeof spawn> | null = null;

  constructor() {
    this.git('clone', '--quiet', project, '.');
    const packages = join(project, 'node_modules');
    // Hard links are fast, but work only within one file system.
    if (spawnSync('cp', ['-al', packages, this.folder]).status !== 0) execFileSync('cp', ['-R', '-P', packages, this.folder]);
  }

  git(...args: string[]): string {
    return execFileSync('git', args, {
      cwd: this.folder,
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 2 ** 26,
    });
  }

  /** Output of `npm run <script>` and seconds it took; fails with the output. */
  async npm(script: string, ...args: string[]): Promise<{ output: string; seconds: number }> {
    const start = performance.now();
    const options = { cwd: this.folder, env, maxBuffer: 2 ** 28 };
    const { stdout, stderr } = await run('npm', ['run', '--silent', script, '--', ...args], options).catch(
      (error: Error & { stdout: string; stderr: string }) => {
        throw new Error(`npm run ${script} failed:\n${`${error.stdout}\n${error.stderr}`.slice(-20_000)}`);
      },
    );
    return { output: stdout + stderr, seconds: Math.round((performance.now() - start) / 1000) };
  }

  /** Every file in the work tree that git does not ignore. */
  files(): string[] {
    const listed = this.git('ls-files', '--cached', '--others', '--exclude-standard').split('\n').filter(Boolean);
    return [...new Set(listed)].filter((file) => existsSync(join(this.folder, file)));
  }

  text(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  /**
   * Runs `npm test` with the suites that are `wanted`, which must pass. What `make-yours` broke fails every time, so a suite that
   * fails runs once more, alone: real faults on a busy machine can miss a deadline. Returns the number of tests of each suite,
   * the time in seconds and which suites needed the second run.
   */
  async test(wanted: (suite: string) => boolean): Promise<{ tests: Map<string, number>; seconds: number; again: string[] }> {
    const start = performance.now();
    const { output } = await this.npm('jest', '--listTests');
    const listed = output.split('\n').filter((line) => line.startsWith('/'));
    const suites = listed.filter((suite) => wanted(relative(this.folder, suite)));
    const first = await this.suites('test', '--runTestsByPath', ...suites);
    const failed = first.filter(({ status }) => status === 'failed').map(({ name }) => name);
    const second = failed.length > 0 ? await this.suites('jest', '--maxWorkers=1', '--runTestsByPath', ...failed) : [];
    const broken = second.filter(({ status }) => status === 'failed');
    if (broken.length > 0) throw new Error(broken.map(({ name, message }) => `${name} failed twice:\n${message}`).join('\n'));
    return {
      tests: new Map(first.map(({ name, assertionResults }) => [relative(this.folder, name), assertionResults.length])),
      seconds: Math.round((performance.now() - start) / 1000),
      again: failed.map((name) => relative(this.folder, name)),
    };
  }

  /** What a script that runs Jest reports of each suite, failed or not. */
  private async suites(script: string, ...args: string[]): Promise<SuiteReport[]> {
    const results = join(this.folder, '.local/tests.json');
    rmSync(results, { force: true });
    const failure = await this.npm(script, ...args, '--json', `--outputFile=${results}`).then(
      () => null,
      (error: Error) => error,
    );
    // Without a report Jest never ran: the build failed, or a server is missing.
    if (failure && !existsSync(results)) throw failure;
    const { testResults } = JSON.parse(readFileSync(results, 'utf8')) as { testResults: SuiteReport[] };
    if (failure && testResults.every(({ status }) => status === 'passed')) throw failure;
    return testResults;
  }

  /** Runs `npm start` until it serves. */
  async serve(): Promise<RunFile> {
    const port = await freePort();
    const args = ['start', '--silent', '--', '--port', String(port)];
    const child = spawn('npm', args, { cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.served = child;
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
    const file = join(this.folder, '.local/run.json');
    for (const deadline = performance.now() + 180_000; !existsSync(file); await pause(200))
      if (child.exitCode !== null || performance.now() > deadline) throw new Error(`npm start did not become ready:\n${output}`);
    return JSON.parse(readFileSync(file, 'utf8')) as RunFile;
  }

  async stop(): Promise<void> {
    const child = this.served;
    const file = join(this.folder, '.local/run.json');
    if (!child || child.exitCode !== null) return;
    const exited = new Promise((settle) => child.once('exit', settle));
    if (existsSync(file)) process.kill((JSON.parse(readFileSync(file, 'utf8')) as RunFile).launcher.pid, 'SIGTERM');
    else child.kill('SIGTERM');
    await exited;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
