import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { migratedDatabase } from '../support/migrated-database.ts';
import { type Replica, startReplica } from '../support/replicas.ts';

let portal: Replica;
beforeAll(async () => {
  const env = { DATABASE_URL: await migratedDatabase(), REQUEST_TIMEOUT_MS: '500' };
  portal = await startReplica('portal', env);
}, 60_000);

const HEADERS = 'POST /api/preferences HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 20\r\n';

/** Resolves with the response when the replica closes the connection. */
async function sendPart(part: string): Promise<string> {
  const socket = connect(portal.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(part);
  return text(socket);
}

describe('a request that does not arrive', () => {
  it.each([
    ['its headers', HEADERS],
    ['its body', `${HEADERS}\r\n{"theme":`],
  ])('loses its connection when %s are late', async (_part, sent) => {
    expect(await sendPart(sent)).toMatch(/^HTTP\/1\.1 408 /);
  });
});
