import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { PARTS } from '../../tools/make-yours/parts.ts';
import { Clone } from './clone.ts';
import { replicaNamed, Visitor } from './visit.ts';

const MINUTES = 60_000;
const MOST_LINES_OF_THE_SMALLEST = 9000;
const everything = PARTS.map(({ name }) => name).join(',');

let clone: Clone;
afterEach(() => clone?.remove(), MINUTES);

/** The old name may stay in two places: the licence it is under, and one line that says where it comes from. */
function expectNoOldName(): void {
  const found = clone.files().flatMap((file) => [
    ...(/baton/i.test(file) ? [file] : []),
    ...clone
      .text(file)
      .split('\n')
      .filter((line) => /baton/i.test(line))
      .map((line) => `${file}: ${line.slice(0, 200)}`),
  ]);
  const inReadme = found.filter((line) => line.startsWith('README.md: '));
  expect(inReadme).toEqual([expect.stringContaining('Made from')]);
  expect(found.filter((line) => !/^(README\.md|LICENSE): /.test(line))).toEqual([]);
}

/** Registers, logs in, outlives the replica that served, and finds no dead link. */
async function expectServes(name: string): Promise<void> {
  const running = await clone.serve();
  const stranger = new Visitor(running.url);
  const [asStranger, visitor] = [await stranger.crawl(), new Visitor(running.url)];
  const account = { username: 'rosa', password: 'correct horse battery 7' };
  expect((await visitor.post('/auth/register', account)).ok).toBe(true);
  expect((await visitor.post('/auth/login', account)).status).toBe(200);
  expect(visitor.cookies).toContain(name);
  const before = await visitor.session();
  expect(before).toMatchObject({ status: 200, user: 'rosa' });
  process.kill(replicaNamed(running, before.replica!).pid, 'SIGKILL');
  for (let i = 0; i < 6; i++) {
    expect(await visitor.session()).toMatchObject({ status: 200, user: 'rosa' });
    await pause(50);
  }
  const signedIn = await visitor.crawl();
  expect([...asStranger.dead, ...signedIn.dead]).toEqual([]);
  expect(asStranger.pages).toContain('/auth/login');
  expect(signedIn.pages.length).toBeGreaterThan(asStranger.pages.length / 2);
  await clone.stop();
}

function expectUndoable(): void {
  clone.git('checkout', '.');
  clone.git('clean', '-fdq');
  expect(clone.git('status', '--porcelain')).toBe('');
}

const linesOfTypeScript = (): number =>
  clone
    .files()
    .filter((file) => /\.tsx?$/.test(file) && !/^test\/|\.(test|contract)\.tsx?$/.test(file))
    .reduce((sum, file) => sum + clone.text(file).split('\n').length - 1, 0);

describe('npm run make-yours', () => {
  it.each([
    ['a name only', 'acme', []],
    ['without the demo', 'my-shop', ['--without', 'demo']],
    ['without everything optional', 'acme', ['--without', everything]],
  ])(
    '%s: checks, builds, passes its tests, serves, and can be undone',
    async (variant, name, args) => {
      clone = new Clone();
      const made = await clone.npm('make-yours', '--name', name, ...args);
      expectNoOldName();
      const check = await clone.npm('check');
      const build = await clone.npm('build');
      await expectServes(name);
      const test = await clone.npm('test');
      expect(test.output).toMatch(/^Tests: .*passed/m);
      const lines = linesOfTypeScript();
      process.stdout.write(
        `${variant}: made in ${made.seconds} s, check ${check.seconds} s, build ${build.seconds} s, test ${test.seconds} s, ${lines} lines\n`,
      );
      if (args[1] === everything) expect(lines).toBeLessThanOrEqual(MOST_LINES_OF_THE_SMALLEST);
      expectUndoable();
    },
    60 * MINUTES,
  );

  it(
    'refuses a dirty tree, an unknown part and a bad name, each in one sentence',
    async () => {
      clone = new Clone();
      const failure = (...args: string[]): Promise<string> =>
        clone.npm('make-yours', ...args).then(
          () => '',
          (error: Error) => error.message,
        );
      expect(await failure('--name', 'Acme!')).toMatch(/"Acme!" is not a valid name/);
      expect(await failure('--name', 'acme', '--without', 'nothing')).toMatch(/There is no part "nothing"/);
      expect(await failure()).toMatch(/A name is missing/);
      expect((await clone.npm('make-yours', '--name', 'acme', '--dry-run')).output).toContain('@acme/*');
      expect(clone.git('status', '--porcelain')).toBe('');
      clone.git('rm', '--quiet', '--cached', 'LICENSE');
      expect(await failure('--name', 'acme')).toMatch(/uncommitted changes/);
    },
    2 * MINUTES,
  );
});
