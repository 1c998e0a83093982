import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Choice } from './options.ts';

/** Lines that set one of these variables, in environment files, manifests and compose; comments above them stay theirs. */
export function withoutVariables(text: string, variables: ReadonlySet<string>): string {
  const isSetting = (line: string): boolean => variables.has(/^\s*(?:- )?#?([A-Z][A-Z0-9_]+)\s*[=:]/.exec(line)?.[1] ?? '');
  const lines = text.split('\n');
  if (!lines.some(isSetting)) return text;
  // A heading of .env.example with nothing below it goes as well.
  const kept = lines.filter((line) => !isSetting(line));
  return kept
    .filter((line, index) => !(/^# .* -{10,}$/.test(line) && /^(\s*|# .* -{10,})$/.test(kept[index + 1] ?? '')))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/\n+$/, '\n');
}

/** Links of a document to files that were removed become plain text; pictures disappear. */
export function withoutDeadLinks(file: string, text: string): string {
  const leadsNowhere = (target: string): boolean =>
    !/^([a-z]+:|#)/.test(target) && !existsSync(join(dirname(file), target.split('#')[0]!));
  return text
    .replace(/^!\[[^\]]*\]\(([^)\s]+)\)\n/gm, (all, target: string) => (leadsNowhere(target) ? '' : all))
    .replace(/(!?)\[([^\]]*)\]\(([^)\s]+)\)/g, (all, _picture, label: string, target: string) =>
      leadsNowhere(target) ? label : all,
    );
}

/** Lines of a Dockerfile, and of its ignore file, that copy something that was removed. */
export const withoutMissingCopies = (text: string): string =>
  text.replace(/^(?:COPY (?!--)|!)(\S+).*\n/gm, (line, source: string) => (existsSync(source) ? line : ''));

export function writeLicense(holder: string): void {
  const text = readFileSync('LICENSE', 'utf8');
  writeFileSync(
    'LICENSE',
    text.replace(/^Copyright .*$/m, (line) => `${line}\nCopyright (c) ${new Date().getFullYear()} ${holder}`),
  );
}

const FOLDERS: readonly [string, string][] = [
  ['apps/auth', 'opens and ends sessions: login, logout, password, devices, users'],
  ['apps/portal', 'the pages and the API of the product'],
  ['libs/session', 'the session library'],
  ['libs/tokens', 'short-lived tokens for services'],
  ['libs/platform', 'what every app needs: configuration, logs, health, metrics, errors, shutdown'],
  ['libs/ui', 'layout, components and styles of all pages'],
  ['libs/demo', 'what the demos of the apps share'],
  ['tools/local', 'what `npm start` runs'],
  ['tools/bench', 'the benchmark'],
  ['tools/chaos', 'the chaos tool'],
  ['tools/explore', 'the systematic exploration of interleavings'],
  ['docker', 'images and compose'],
  ['k8s', 'manifests for Kubernetes'],
  ['test', 'tests that need more than one process; the others lie beside the code they test'],
  ['docs', 'decisions and operations'],
];

/** @param guide how to add a feature, as the README of the original project explains it. */
export function readme({ name, without }: Choice, guide: string): string {
  const hasDemo = !without.some((part) => part.name === 'demo');
  const sections = [
    `# ${name.title}`,
    `## Run it

Needs Node 24 and npm. Postgres comes with the packages; Redis or Valkey is taken from your PATH.

\`\`\`sh
npm ci && npm start
\`\`\`

${name.title} is at <http://localhost:8080> (or the next free port)${hasDemo ? `; log in as \`demo\` with \`${name.kebab}-demo-2026\`, or register` : '; register to log in'}.`,
    `## Test it

\`\`\`sh
npm test
npm run check
\`\`\`

\`npm run check\` runs types, lint, format and import rules; \`npm run fix\` repairs what a tool can.`,
    `## Where things are

| folder | what |
|---|---|
${FOLDERS.filter(([folder]) => existsSync(folder))
  .map(([folder, what]) => `| \`${folder}\` | ${what} |`)
  .join('\n')}`,
    guide.trim(),
    deployment(name.kebab),
    `## License

[MIT](LICENSE). Made from Baton, a NestJS starter for sessions that outlive their server (MIT).`,
  ];
  return `${sections.filter(Boolean).join('\n\n')}\n`;
}

function deployment(name: string): string {
  const compose = existsSync('docker/compose.yaml') ? ['docker compose -f docker/compose.yaml up --build'] : [];
  const images = existsSync('docker/bake.json') ? ['docker buildx bake -f docker/bake.json --load'] : [];
  const cluster = existsSync('k8s/overlays/demo')
    ? [...images, 'kubectl apply -k k8s/overlays/demo', `kubectl -n ${name} port-forward svc/edge 8080`]
    : [];
  const commands = [...compose, ...cluster];
  return commands.length === 0
    ? ''
    : `## Deploy it\n\n\`\`\`sh\n${commands.join('\n')}\n\`\`\`${existsSync('k8s/overlays/production') ? '\n\n`k8s/overlays/production` is the overlay to adapt; what to set is marked there.' : ''}`;
}
