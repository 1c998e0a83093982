import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync, existsSync, lstatSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { cutUses } from './cut.ts';
import { readme, withoutDeadLinks, withoutMissingCopies, withoutVariables, writeLicense } from './documents.ts';
import { trackedFiles } from './git.ts';
import { cleanPackages, cleanProjects } from './manifests.ts';
import type { Choice } from './options.ts';
import { ALWAYS, EDGE, PARTS } from './parts.ts';
import { renameSource } from './rename-source.ts';
import { renamePath, renameText } from './rename-text.ts';
import { removeUnused } from './unused.ts';

const isSource = (file: string): boolean => /\.(ts|tsx|js|mjs|cjs)$/.test(file);
const isText = (file: string): boolean => lstatSync(file).isFile() && !readFileSync(file).includes(0);

/** Something that only a person can decide. */
export class Undecided extends Error {}

/** Everything this command does to the work tree, in order. */
export function makeYours(choice: Choice, say: (line: string) => void): void {
  const original = readFileSync('README.md', 'utf8');
  const before = trackedFiles();
  const { removed, remaining } = split(choice, before);
  say(`Removing ${removed.length} files ...`);
  const removedText = read(removed);
  const changed = removeFiles(choice, removed);
  cleanProjects();
  removeUnused(
    parsedConfig(),
    changed.filter((file) => existsSync(file)),
  );
  if (choice.without.length > 0) requireTypes();
  for (const file of remaining.filter(isPlain)) rewrite(file, (text) => withoutVariables(text, variablesOf(choice)));
  for (const file of remaining.filter((each) => /Dockerfile/.test(each))) rewrite(file, withoutMissingCopies);
  for (const file of remaining.filter((each) => each.endsWith('.md'))) rewrite(file, (text) => withoutDeadLinks(file, text));
  const parts = [...choice.without, ALWAYS];
  cleanPackages(
    parts.flatMap(({ scripts = [] }) => scripts),
    removedText,
    read(remaining.filter((file) => isSource(file) || /\.(json|yaml|css)$/.test(file))),
  );

  say(`Renaming everything to ${choice.name.kebab} ...`);
  rename(choice, remaining);
  const guide = renameText(
    withoutDeadLinks('README.md', /^## Your first feature\n[\s\S]*?(?=^## )/m.exec(original)?.[0] ?? ''),
    choice.name,
  );
  writeFileSync('README.md', readme(choice, guide));
  writeLicense(choice.holder);
  format();
  describeApi();
}

function split({ without }: Choice, files: readonly string[]): { removed: string[]; remaining: string[] } {
  const keepsEdge = EDGE.needs.some((needed) => !without.some(({ name }) => name === needed));
  const paths = [...without, ALWAYS, ...(keepsEdge ? [] : [EDGE])].flatMap((part) => part.paths);
  const isRemoved = (file: string): boolean => paths.some((path) => path.test(file));
  return {
    removed: files.filter(isRemoved),
    remaining: files.filter((file) => !isRemoved(file) && file !== 'package-lock.json'),
  };
}

function variablesOf({ without }: Choice): Set<string> {
  const kept = new Set(PARTS.filter((part) => !without.includes(part)).flatMap(({ variables = [] }) => variables));
  return new Set(without.flatMap(({ variables = [] }) => variables).filter((name) => !kept.has(name)));
}
const isPlain = (file: string): boolean => !isSource(file) && !/\.(json|md|css|svg|png)$/.test(file);
const read = (files: readonly string[]): string =>
  files
    .filter((file) => existsSync(file) && !file.startsWith('package') && isText(file))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');

function rewrite(file: string, change: (text: string) => string): void {
  if (!existsSync(file) || !isText(file)) return;
  const text = readFileSync(file, 'utf8');
  const result = change(text);
  if (result !== text) writeFileSync(file, result);
}

/** @returns the files that used something removed, rewritten. */
function removeFiles(choice: Choice, removed: readonly string[]): string[] {
  const config = parsedConfig();
  const absolute = new Set(removed.map((file) => resolve(file)));
  const program = ts.createProgram(config.fileNames, config.options);
  const texts = cutUses(program, { isRemoved: (file) => absolute.has(resolve(file)), variables: variablesOf(choice) });
  for (const [file, text] of texts) {
    if (/\.test\.tsx?$/.test(file) && !/\b(it|test)\b[.(]/.test(text)) rmSync(file);
    else writeFileSync(file, text);
  }
  for (const file of removed) rmSync(file);
  for (const folder of new Set(removed.map((file) => dirname(file)))) removeEmpty(folder);
  return [...texts.keys()];
}

function removeEmpty(folder: string): void {
  if (folder === '.' || !existsSync(folder)) return;
  if (readdirSync(folder).length > 0) return;
  rmSync(folder, { recursive: true });
  removeEmpty(dirname(folder));
}

function rename({ name }: Choice, remaining: readonly string[]): void {
  for (const file of remaining.filter((each) => each !== 'LICENSE'))
    rewrite(file, (text) => (isSource(file) ? renameSource(file, text, name) : renameText(text, name)));
  // An integrity hash in the lock may contain the letters of the name by chance.
  rewrite('package-lock.json', (text) => text.replace(/"name": "baton"/g, `"name": "${name.kebab}"`));
  for (const file of remaining) {
    const target = renamePath(file, name);
    if (target === file || !existsSync(file)) continue;
    mkdirSync(dirname(target), { recursive: true });
    renameSync(file, target);
    removeEmpty(dirname(file));
  }
}

function parsedConfig(): ts.ParsedCommandLine {
  const { config } = ts.readConfigFile('tsconfig.json', (file) => ts.sys.readFile(file)) as { config: object };
  return ts.parseJsonConfigFileContent(config, ts.sys, process.cwd());
}

const FORMATTED = ['apps', 'libs', 'tools', 'test'];

function format(): void {
  const top = readdirSync('.').filter((file) => /^[^.].*\.(js|cjs|json)$/.test(file));
  execFileSync(process.execPath, [join('node_modules', 'oxfmt', 'bin', 'oxfmt'), '--write', ...FORMATTED, ...top], {
    stdio: 'pipe',
  });
}

/** Without the routes that were removed, under the new name. */
function describeApi(): void {
  const program = join('tools', 'openapi', 'main.ts');
  if (existsSync(program)) execFileSync(process.execPath, [program], { stdio: 'pipe' });
}

function requireTypes(): void {
  const config = parsedConfig();
  const problems = ts.getPreEmitDiagnostics(ts.createProgram(config.fileNames, config.options));
  if (problems.length === 0) return;
  const lines = problems.map(({ file, start, messageText }) => {
    const place =
      file && start !== undefined ? `${relative('.', file.fileName)}:${file.getLineAndCharacterOfPosition(start).line + 1}` : '';
    return `  ${place} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
  throw new Undecided(`These places still need something that was removed:\n${lines.join('\n')}`);
}
