import { testDatabase } from '../../../../../test/support/servers.ts';
import { Database } from './database.ts';
import { migrate } from './migrate.ts';

describe('Database', () => {
  let database: Database;

  beforeAll(async () => {
    const url = await testDatabase();
    await migrate(url, []);
    database = new Database({ url, deadlineMs: 1000, entities: [], applicationName: 'test' });
    database.start();
    await new Promise<void>((resolve) => database.once('up', resolve));
  });

  afterAll(() => database.close());

  it('outlives a connection that dies between two statements of a transaction', async () => {
    const work = database.transaction(async (tx) => {
      const [own] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await database.query('SELECT pg_terminate_backend($1)', [own!.pid]);
      await hasEnded(own!.pid);
      await tx.query('SELECT 1');
    });
    await expect(work).rejects.toMatchObject({ name: 'StoreUnavailableError' });
  });

  async function hasEnded(pid: number): Promise<void> {
    for (;;) {
      const rows = await database.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [pid]);
      if (rows.length === 0) break;
    }
    // The word of it is in our socket by now: one turn of the event loop reads it.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});
