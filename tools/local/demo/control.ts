import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { LOOPBACK } from '../ports.ts';
import type { Running } from '../extension.ts';
import { ConflictError, FaultController, UnknownError } from './fault-controller.ts';

/**
 * The HTTP API of the launcher, for the fault buttons of the portal. On loopback only, and only with the token.
 *
 *     GET  /                            what runs: {stores: {redis, postgres: {state, ours}}, replicas: [{app, name, pid, url}]}
 *     POST /redis/{stop|kill|start|freeze|thaw|flush}
 *     POST /postgres/{stop|kill|start|freeze|thaw}
 *     POST /replicas/{auth|portal}/add
 *     POST /replicas/<name>/{remove|kill|freeze|thaw}
 *
 * with `Authorization: Bearer <token>`. Returns 200 with the same document as GET; 404 for an unknown command or name; 409 with
 * `{detail}` when it cannot be executed now (a server that the launcher does not run, or a start of one that is running).
 */
export interface Control {
  url: string;
  token: string;
  close(): Promise<void>;
}

export async function startControl(running: Running): Promise<Control> {
  const token = randomBytes(24).toString('base64url');
  const faults = new FaultController(running);
  const server = createServer((request, response) => void respond(faults, token, request, response));
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  const { port } = server.address() as { port: number };
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://${LOOPBACK}:${port}`, token, close };
}

async function respond(
  faults: FaultController,
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const send = (status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  if (!isAllowed(request, token)) return send(401, { detail: 'The token of this launcher is needed.' });
  try {
    if (request.method === 'POST') await faults.do(request.url ?? '/');
    send(200, faults.status());
  } catch (error) {
    const status = error instanceof ConflictError ? 409 : error instanceof UnknownError ? 404 : 500;
    send(status, { detail: (error as Error).message });
  }
}

function isAllowed(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
