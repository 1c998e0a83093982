import { supervisor } from '../../tools/local/supervisor.ts';

type Cleanup = () => unknown;

const cleanups: Cleanup[] = [];

/** Runs after the last test of the file, latest first, even if tests fail. */
export function onCleanup(cleanup: Cleanup): void {
  cleanups.unshift(cleanup);
}

// Under plain node there is no test file, so callers close what they start.
if (process.env['JEST_WORKER_ID']) {
  afterAll(async () => {
    for (const cleanup of cleanups.splice(0)) await cleanup();
    await supervisor.close();
  }, 60_000);
}
