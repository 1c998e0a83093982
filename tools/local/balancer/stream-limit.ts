import type { IncomingMessage, ServerResponse } from 'node:http';

/** The same in the other edges: k8s/components/edge/haproxy.cfg and k8s/components/ingress. */
const STREAMS_PER_ADDRESS = 100;

/** Counts the open event streams of each address. */
export class StreamLimit {
  readonly #open = new Map<string, number>();

  /** False if the address has too many; else the stream counts until its response closes. */
  admits(request: IncomingMessage, response: ServerResponse): boolean {
    if (!/^\/api\/events(\?|$)/.test(request.url ?? '')) return true;
    const address = request.socket.remoteAddress ?? '';
    if (this.#of(address) >= STREAMS_PER_ADDRESS) return false;
    this.#open.set(address, this.#of(address) + 1);
    response.once('close', () => this.#open.set(address, this.#of(address) - 1));
    return true;
  }

  #of(address: string): number {
    return this.#open.get(address) ?? 0;
  }
}
