import { guard } from '../../tools/local/guard.ts';

/** Ends the shared servers; what a killed run leaves, the guard ends by itself. */
export default async function stopSharedServers(): Promise<void> {
  await guard.close();
}
