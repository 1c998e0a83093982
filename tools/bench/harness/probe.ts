/** Preloaded into every measured server (`node --import`): reports CPU, memory and profiles of this process. */
import { Session } from 'node:inspector/promises';

const inspector = new Session();

const responses: Record<string, () => Promise<unknown>> = {
  usage: async () => {
    const { user, system } = process.cpuUsage();
    return { cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss(), heapBytes: process.memoryUsage().heapUsed };
  },
  startProfile: async () => {
    inspector.connect();
    await inspector.post('Profiler.enable');
    await inspector.post('Profiler.setSamplingInterval', { interval: 200 });
    await inspector.post('Profiler.start');
  },
  stopProfile: async () => {
    const { profile } = await inspector.post('Profiler.stop');
    inspector.disconnect();
    return profile;
  },
  collectGarbage: async () => (globalThis as { gc?: () => void }).gc?.(),
};

process.on('message', (message: { id: number; ask: string }) => {
  void responses[message.ask]?.().then((response) => process.send?.({ id: message.id, response }));
});
// The channel must not keep the server alive.
process.channel?.unref();
process.on('disconnect', () => process.exit());
