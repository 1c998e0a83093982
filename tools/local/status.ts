import { styleText } from 'node:util';
import type { Started } from './extension.ts';
import type { RunFile, RunningStore } from './folder.ts';

const strong = (text: string) => styleText('bold', text);
const faint = (text: string) => styleText('dim', text);

/** What is running, and commands to try. */
export function statusBlock({ url, stores, replicas }: RunFile, started: readonly Started[]): string {
  const logIn = started.flatMap((each) => each.logIn?.(url) ?? [])[0];
  const rows: Started['rows'] = [
    ['Portal', strong(url)],
    ...(logIn ? [] : [['Register', `${url}/auth/register`] as [string, string]]),
    ...started.flatMap((each) => each.rows),
    ['Postgres', describe(stores.postgres)],
    ['Redis', stores.redis ? describe(stores.redis) : 'none: running on Postgres alone'],
    ...replicas.map(({ name, pid, url }): [string, string] => [name, `${faint('pid')} ${pid}  ${faint(url)}`]),
  ];
  const table = rows.map(([label, text]) => `  ${label.padEnd(10)} ${text}`).join('\n');
  return `\n${table}\n\n${toTry(url, replicas, logIn ?? register(url))}\n`;
}

const describe = ({ engine, version, source }: RunningStore): string =>
  `${NAMES[engine] ?? engine} ${version} ${faint(`(${source})`)}`;

const NAMES: Record<string, string> = { postgres: 'PostgreSQL', redis: 'Redis', valkey: 'Valkey' };

const register = (url: string) =>
  `curl -sc jar -H 'Content-Type: application/json' -d '{"username":"YOUR-NAME","password":"YOUR-PASSWORD"}' ${url}/auth/register`;

function toTry(url: string, replicas: RunFile['replicas'], logIn: string): string {
  const victim = replicas.find(({ app }) => app === 'portal')?.pid;
  const commands = [
    logIn,
    `for i in 1 2 3 4 5 6; do curl -sb jar ${url}/api/session; echo; done`,
    `kill -9 ${victim}   ${faint('# then repeat the loop: still logged in')}`,
  ];
  return `  Try\n${commands.map((command) => `    ${command}`).join('\n')}\n\n  ${faint('Ctrl-C stops everything. Logs: .local/logs')}`;
}
