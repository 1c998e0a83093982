import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

export const LOOPBACK = '127.0.0.1';

/**
 * Below the ports that systems give to outgoing connections: one of these could take a port before its server listens, or while
 * it restarts. A Redis Cluster also listens 10,000 above.
 */
const PORTS = [10_000, 20_000] as const;
const ATTEMPTS = 100;

/** A port of the loopback address that nothing listens on now. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(...PORTS);
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port between ${PORTS[0]} and ${PORTS[1]} was found in ${ATTEMPTS} attempts.`);
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
