import { createServer, connect, type Server, type Socket } from 'node:net';

const LOOPBACK = '127.0.0.1';

/** A TCP connection between one replica and one store that can be broken without touching either: a proxy on a port of its own. */
export class Link {
  private state: 'whole' | 'cut' | 'frozen' = 'whole';
  private readonly pairs = new Set<[Socket, Socket]>();

  private readonly server: Server;
  private target: number;

  private constructor(server: Server, target: number) {
    this.server = server;
    this.target = target;
    server.on('connection', (near) => this.join(near));
  }

  static async to(port: number): Promise<Link> {
    const server = createServer({ pauseOnConnect: true });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, LOOPBACK, resolve));
    return new Link(server, port);
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  /** A cable pulled where somebody notices: open connections end, new ones end at once. */
  cut(): void {
    this.state = 'cut';
    this.drop();
  }

  /** A cable pulled where nobody notices: connections stay open, new ones are accepted, and nothing gets through. */
  freeze(): void {
    this.state = 'frozen';
    for (const socket of [...this.pairs].flat()) socket.unpipe();
  }

  /** What was held back while frozen is delivered now, late, as a network does. */
  heal(): void {
    const wasFrozen = this.state === 'frozen';
    this.state = 'whole';
    if (wasFrozen) for (const [near, far] of this.pairs) near.pipe(far).pipe(near);
  }

  /** Leads to another server from now on, as a service address does after a failover. */
  aim(port: number): void {
    this.target = port;
    this.drop();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(near: Socket): void {
    if (this.state === 'cut') return void near.destroy();
    const pair: [Socket, Socket] = [near, connect(this.target, LOOPBACK)];
    const [, far] = pair;
    this.pairs.add(pair);
    const part = () => {
      this.pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const end of pair) end.setNoDelay(true).on('error', part).on('close', part);
    if (this.state === 'whole') near.pipe(far).pipe(near);
  }

  private drop(): void {
    for (const [near, far] of this.pairs) {
      near.destroy();
      far.destroy();
    }
    this.pairs.clear();
  }
}
