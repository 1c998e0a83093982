import { once } from 'node:events';
import { createServer } from 'node:http';
import { Registry } from 'prom-client';

/** Serves `/metrics` on a port that no edge leads to. Ends with the process. */
export async function serveMetrics(registry: Registry, port: number, address: string): Promise<void> {
  const server = createServer((request, response) => {
    if (request.url?.split('?', 1)[0] !== '/metrics') return void response.writeHead(404).end();
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': Registry.PROMETHEUS_CONTENT_TYPE }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await once(server.listen(port, address).unref(), 'listening');
}
