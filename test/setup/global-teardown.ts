import { supervisor } from '../../tools/local/supervisor.ts';

/** Stops the shared servers. After a killed run, the supervisor stops them. */
export default async function stopSharedServers(): Promise<void> {
  await supervisor.close();
}
