import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import ts from 'typescript';

type Json = Record<string, any>; // eslint-disable-line typescript/no-explicit-any

const readJson = (file: string): Json => JSON.parse(readFileSync(file, 'utf8')) as Json;
const writeJson = (file: string, value: Json): void => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);

/** package.json and its lock: without the scripts, and without the packages that only removed files mention. */
export function cleanPackages(scripts: readonly string[], removedText: string, remainingText: string): void {
  const manifest = readJson('package.json');
  for (const script of scripts) delete manifest['scripts'][script];
  for (const [script, command] of Object.entries<string>(manifest['scripts']))
    manifest['scripts'][script] = withoutMissing(command);
  const mentions = (text: string, name: string): boolean => text.includes(name.replace(/^@types\//, ''));
  const packages = ['dependencies', 'devDependencies'].flatMap((kind) => Object.keys(manifest[kind]));
  const unused = packages.filter(
    (name) => mentions(removedText, name) && !mentions(remainingText + JSON.stringify(manifest['scripts']), name),
  );
  const lock = readJson('package-lock.json');
  for (const owner of [manifest, lock['packages']['']])
    for (const kind of ['dependencies', 'devDependencies']) for (const name of unused) delete owner[kind][name];
  prune(lock['packages']);
  writeJson('package.json', manifest);
  writeJson('package-lock.json', lock);
}

/** `nest build auth && nest build demo-thing` without commands about folders that were removed. */
const withoutMissing = (command: string): string =>
  command
    .split(' && ')
    .filter(
      (step) =>
        !/(?:^|\s)((?:apps|libs|tools|test)\/\S+\.(?:ts|mjs))/.test(step) ||
        existsSync(/((?:apps|libs|tools|test)\/\S+)/.exec(step)![1]!),
    )
    .join(' && ');

/** Removes from the lock what the root no longer reaches; npm would do the same, but only online. */
function prune(packages: Record<string, Json>): void {
  const reached = new Set<string>(['']);
  const walk = (at: string): void => {
    const { dependencies, devDependencies, optionalDependencies, peerDependencies } = packages[at]!;
    for (const name of Object.keys({
      ...dependencies,
      ...(at === '' ? devDependencies : {}),
      ...optionalDependencies,
      ...peerDependencies,
    })) {
      const found = resolve(packages, at, name);
      if (found === null || reached.has(found)) continue;
      reached.add(found);
      walk(found);
    }
  };
  walk('');
  for (const path of Object.keys(packages)) if (!reached.has(path)) delete packages[path];
}

/** As Node looks for packages: in the nearest node_modules first. */
function resolve(packages: Record<string, Json>, from: string, name: string): string | null {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = `${folder}${folder ? '/' : ''}node_modules/${name}`;
    if (packages[path]) return path;
    if (folder === '') return null;
    if (!folder.includes('/node_modules/')) folder = '/node_modules/';
  }
}

/** The lists of projects and aliases, without those whose folder was removed. */
export function cleanProjects(): void {
  const nest = readJson('nest-cli.json');
  for (const [name, { root }] of Object.entries<Json>(nest['projects'])) if (!existsSync(root)) delete nest['projects'][name];
  writeJson('nest-cli.json', nest);

  const text = readFileSync('tsconfig.json', 'utf8');
  const config = ts.parseConfigFileTextToJson('tsconfig.json', text).config as Json;
  const { paths } = config['compilerOptions'];
  for (const [alias, [target]] of Object.entries<string[]>(paths)) if (!existsSync(target!)) delete paths[alias];
  config['exclude'] = config['exclude'].filter((path: string) => !/^(tools|test|libs|apps)\//.test(path) || existsSync(path));
  writeJson('tsconfig.json', config);

  const jest = readFileSync('jest.config.js', 'utf8');
  writeFileSync(
    'jest.config.js',
    jest.replace(/(?<=\/\()[\w|-]+(?=\))/, (names) =>
      names
        .split('|')
        .filter((name) => existsSync(`libs/${name}`))
        .join('|'),
    ),
  );
}
