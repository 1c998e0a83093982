import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { TcpProxy } from './tcp-proxy.ts';

describe('a TCP proxy', () => {
  let server: Server;
  let link: TcpProxy;
  const open: Socket[] = [];

  beforeEach(async () => {
    server = await echo('a');
    link = await TcpProxy.to(portOf(server));
  });

  afterEach(async () => {
    for (const socket of open.splice(0)) socket.destroy();
    await link.close();
    server.close();
  });

  it('forwards both directions', async () => expect(await ask(await client())).toBe('a:hello'));

  it('closes open and new connections when cut', async () => {
    const before = await client();
    await ask(before);
    const closed = closing(before);
    await link.cut();
    await closed;
    await closing(socket());
    await link.heal();
    expect(await ask(await client())).toBe('a:hello');
  });

  it('holds back all data while frozen, and delivers it after heal', async () => {
    const before = await client();
    await ask(before);
    link.freeze();
    const after = await client();
    const responses = [ask(before), ask(after)];
    expect(await Promise.race([...responses, new Promise((resolve) => setTimeout(resolve, 100, 'silence'))])).toBe('silence');
    await link.heal();
    expect(await Promise.all(responses)).toEqual(['a:hello', 'a:hello']);
  });

  it('delivers answers late while slow, in order', async () => {
    const slow = await client();
    link.slow(200);
    const startMs = performance.now();
    slow.write('1');
    const first = once(slow, 'data');
    await first;
    expect(performance.now() - startMs).toBeGreaterThan(190);
    slow.write('2');
    const late = once(slow, 'data');
    await link.heal();
    slow.write('3');
    const answers = [String((await late)[0])];
    while (!answers.join('').includes('3')) answers.push(String((await once(slow, 'data'))[0]));
    expect(answers.join('').replaceAll('a:', '')).toBe('23');
  });

  it('connects new clients to the new target after aim', async () => {
    const other = await echo('b');
    link.aim(portOf(other));
    expect(await ask(await client())).toBe('b:hello');
    other.close();
  });

  function socket(): Socket {
    const made = connect(link.port, '127.0.0.1').on('error', () => undefined);
    open.push(made);
    return made;
  }

  async function client(): Promise<Socket> {
    const made = socket();
    await once(made, 'connect');
    return made;
  }
});

async function echo(name: string): Promise<Server> {
  const server = createServer((socket) =>
    socket.on('error', () => undefined).on('data', (bytes) => socket.write(`${name}:${String(bytes)}`)),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

/** Unlike `once`, ignores an ECONNRESET before the close. */
const closing = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));
const portOf = (server: Server) => (server.address() as { port: number }).port;

async function ask(socket: Socket): Promise<string> {
  socket.write('hello');
  const [response] = (await once(socket, 'data')) as [Buffer];
  return String(response);
}
