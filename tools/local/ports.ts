import { createServer } from 'node:net';

export const LOOPBACK = '127.0.0.1';

/** A port nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return listenBriefly(0);
}

/** Rejects with EADDRINUSE if somebody listens there, on this machine's loopback or on all its addresses. */
export async function ensureFree(port: number): Promise<void> {
  await listenBriefly(port);
}

function listenBriefly(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}
