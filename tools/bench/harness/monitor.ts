/** Counts the commands that clients send to Redis, with MONITOR; `commandstats` would include commands inside scripts. Never use it while CPU is measured. */
import { once } from 'node:events';
import { connect } from 'node:net';

/** `+1700000000.123456 [1 127.0.0.1:4711] "GET" "key"`; commands inside scripts show `lua` as the address. */
const LINE = /^\+[\d.]+ \[(\d+) ([^\]]+)\] "([^"]+)"/;

export async function countCommands(redisUrl: string, work: () => Promise<unknown>): Promise<Record<string, number>> {
  const { hostname, port, pathname } = new URL(redisUrl);
  const database = pathname.slice(1) || '0';
  const counts: Record<string, number> = {};
  const socket = connect(Number(port), hostname).setEncoding('latin1');
  let rest = '';
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\r\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const [, on, from, command] = LINE.exec(line) ?? [];
      if (command && from !== 'lua' && on === database) counts[command.toLowerCase()] = (counts[command.toLowerCase()] ?? 0) + 1;
    }
  });
  socket.write('MONITOR\r\n');
  await once(socket, 'data');
  await work();
  socket.destroy();
  return counts;
}
