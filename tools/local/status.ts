import { styleText } from 'node:util';
import type { RunFile, RunningStore } from './folder.ts';

const strong = (text: string) => styleText('bold', text);
const faint = (text: string) => styleText('dim', text);

/** The block that says what runs, and what to try. */
export function statusBlock({ url, stores, replicas }: RunFile, demo: boolean): string {
  const rows: [label: string, text: string][] = [
    ['Portal', strong(url)],
    ...(demo ? ([['Log in', `demo / baton-demo-2026   ${faint('or')}   admin / baton-admin-2026`]] as [string, string][]) : []),
    ['Postgres', describe(stores.postgres)],
    ['Redis', stores.redis ? describe(stores.redis) : 'none: running on Postgres alone'],
    ...replicas.map(({ name, pid, url }): [string, string] => [name, `${faint('pid')} ${pid}  ${faint(url)}`]),
  ];
  const table = rows.map(([label, text]) => `  ${label.padEnd(10)} ${text}`).join('\n');
  return `\n${table}\n\n${toTry(url, replicas)}\n`;
}

const describe = ({ engine, version, source }: RunningStore): string =>
  `${NAMES[engine] ?? engine} ${version} ${faint(`(${source})`)}`;

const NAMES: Record<string, string> = { postgres: 'PostgreSQL', redis: 'Redis', valkey: 'Valkey' };

function toTry(url: string, replicas: RunFile['replicas']): string {
  const victim = replicas.find(({ app }) => app === 'portal')?.pid;
  const commands = [
    `curl -sc jar -H 'Content-Type: application/json' -d '{"username":"demo","password":"baton-demo-2026"}' ${url}/auth/login`,
    `for i in 1 2 3 4 5 6; do curl -sb jar ${url}/api/session; echo; done`,
    `kill -9 ${victim}   ${faint('# then the loop again: still logged in')}`,
  ];
  return `  Try\n${commands.map((command) => `    ${command}`).join('\n')}\n\n  ${faint('Ctrl-C ends everything. Logs: .local/logs')}`;
}
