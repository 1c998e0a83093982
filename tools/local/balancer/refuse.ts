import { STATUS_CODES, type ServerResponse } from 'node:http';

/** Responds with a problem document, like the apps. */
export function refuse(response: ServerResponse, status: number, detail: string): void {
  const title = STATUS_CODES[status] ?? 'Error';
  const retry = status >= 500 || status === 429 ? { 'retry-after': status === 429 ? '10' : '1' } : {};
  response.writeHead(status, { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...retry });
  response.end(JSON.stringify({ type: 'about:blank', title, status, detail }));
}
