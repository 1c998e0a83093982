import pg from 'pg';
import { withDeadline } from '../../kit/deadline.ts';

/** Does what the next statement needs, on a connection of its own: connects, and reads a table. */
export async function probe({ url, deadlineMs }: { readonly url: string; readonly deadlineMs: number }): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: deadlineMs });
  client.on('error', () => undefined);
  try {
    const read = client.connect().then(() => client.query('SELECT generation FROM session_cache'));
    await withDeadline(read, deadlineMs, 'Postgres');
  } finally {
    void client.end().catch(() => undefined);
  }
}
