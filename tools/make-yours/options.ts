import { parseArgs } from 'node:util';
import { type Name, refuseName, refuseText, toName } from './name.ts';
import { type Part, PARTS } from './parts.ts';

/** A wrong option: printed as one sentence, without a stack. */
export class UsageError extends Error {}

export interface Given {
  readonly name?: string | undefined;
  readonly title?: string | undefined;
  readonly holder?: string | undefined;
  readonly without?: string | undefined;
  readonly dryRun: boolean;
  readonly yes: boolean;
}

export interface Choice {
  readonly name: Name;
  readonly holder: string;
  readonly without: readonly Part[];
}

export const USAGE = `Makes this project yours: renames it everywhere and removes the parts you do not need.

  npm run make-yours -- --name acme [--title "Acme"] [--holder "Acme Inc."] [--without demo,bench] [--dry-run] [--yes]

  --name     for packages, cookie, images and manifests: lowercase words separated by dashes
  --title    what people read; default: the name with capital letters
  --holder   the copyright holder in LICENSE; default: "The <title> authors"
  --without  parts to remove, separated by commas, or "all":
${PARTS.map(({ name, what }) => `             ${name.padEnd(10)} ${what}`).join('\n')}
  --dry-run  only print what would be done
  --yes      do not ask for confirmation

The changes stay uncommitted. Undo them with: git checkout . && git clean -fd`;

/** What was given on the command line; null when help was asked for. */
export function parseOptions(args: string[]): Given | null {
  const options = {
    name: { type: 'string' },
    title: { type: 'string' },
    holder: { type: 'string' },
    without: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
    yes: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  } as const;
  try {
    const { values } = parseArgs({ args, options });
    return values.help ? null : { ...values, dryRun: values['dry-run'], yes: values.yes };
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}. See --help.`);
  }
}

export function choose({ name, title, holder, without }: Given): Choice {
  if (!name) throw new UsageError('A name is missing: npm run make-yours -- --name acme');
  const problem =
    refuseName(name) ?? (title ? refuseText('title', title) : null) ?? (holder ? refuseText('holder', holder) : null);
  if (problem) throw new UsageError(problem);
  const names = toName(name, title || undefined);
  return { name: names, holder: holder || `The ${names.title} authors`, without: partsOf(without ?? '') };
}

export function partsOf(list: string): Part[] {
  if (list.trim() === 'all') return [...PARTS];
  const wanted = list
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  const unknown = wanted.find((part) => !PARTS.some(({ name }) => name === part));
  if (unknown) throw new UsageError(`There is no part "${unknown}"; parts are ${PARTS.map(({ name }) => name).join(', ')}.`);
  return PARTS.filter(({ name }) => wanted.includes(name));
}
