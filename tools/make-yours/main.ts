import { createInterface } from 'node:readline/promises';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { requireCleanTree, UNDO } from './git.ts';
import { makeYours, Undecided } from './make-yours.ts';
import { type Choice, choose, type Given, parseOptions, USAGE, UsageError } from './options.ts';
import { PARTS } from './parts.ts';

process.chdir(resolve(import.meta.dirname, '../..'));

async function main(): Promise<void> {
  const given = parseOptions(process.argv.slice(2));
  if (!given) return console.log(USAGE);
  const isAttended = process.stdin.isTTY && process.stdout.isTTY;
  const choice = choose(isAttended ? await ask(given) : given);
  if (!given.dryRun) requireCleanTree();
  console.log(plan(choice));
  if (given.dryRun) return;
  if (isAttended && !given.yes && !(await agrees())) return console.log('Nothing was changed.');
  makeYours(choice, (line) => console.log(line));
  console.log(done(choice));
}

/** Asks for the options that were not given. */
async function ask(given: Given): Promise<Given> {
  if (given.name && (given.yes || given.without !== undefined)) return given;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = async (question: string): Promise<string | undefined> => (await terminal.question(question)).trim() || undefined;
  try {
    const name = given.name ?? (await answer('Name, such as acme or my-shop: '));
    const title = given.title ?? (await answer('Title that people read (Enter: the name with capital letters): '));
    const holder = given.holder ?? (await answer('Copyright holder (Enter: "The <title> authors"): '));
    if (given.without === undefined) for (const part of PARTS) console.log(`  ${part.name.padEnd(10)} ${part.what}`);
    const without = given.without ?? (await answer('Remove which of these, separated by commas (Enter: none): '));
    return { ...given, name, title, holder, without };
  } finally {
    terminal.close();
  }
}

async function agrees(): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('Continue? [y/N] ');
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

const plan = ({ name, holder, without }: Choice): string => `This will:
  - rename everything: packages @${name.kebab}/*, cookie __Host-${name.kebab}, images, manifests, ${name.upper}_* variables; people read "${name.title}"
  - ${without.length ? `remove ${without.map((part) => part.name).join(', ')}` : 'keep every part'}
  - write a new README.md and add "${holder}" to LICENSE
  - remove CONTRIBUTING.md, docs/images and this command`;

const done = ({ name }: Choice): string => `Done: this is ${name.title} now. Nothing is committed.
  Look:    git status; npm run check && npm test
  ${existsSync('.local') ? `Data:    .local belongs to the old name: delete it before the next npm start\n  ` : ''}Keep it: git add -A && git commit -m "Make it ${name.title}"
  Undo it: ${UNDO}`;

main().catch((error: Error) => {
  console.error(error instanceof UsageError || error instanceof Undecided ? error.message : error);
  if (error instanceof Undecided) console.error(`Nothing is committed. Undo everything with: ${UNDO}`);
  process.exitCode = 1;
});
