import { supervisor } from '../../tools/local/supervisor.ts';

/** Ends the shared servers; what a killed run leaves, the supervisor ends by itself. */
export default async function stopSharedServers(): Promise<void> {
  await supervisor.close();
}
