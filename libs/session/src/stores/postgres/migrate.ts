import { DataSource, type MixedList } from 'typeorm';
import { ADVISORY_LOCKS } from './locks.ts';
import { Sessions1764000000000 } from './migrations/1764000000000-sessions.ts';
import { Behind1795200000000 } from './migrations/1795200000000-behind.ts';

/**
 * Brings the database to the newest schema and returns the names of the migrations that ran. Waits for a concurrent
 * migration, because TypeORM itself takes no lock.
 */
export async function migrate(
  databaseUrl: string,
  migrations: NonNullable<MixedList<NewableFunction>> = [],
  name = 'baton',
): Promise<string[]> {
  const dataSource = new DataSource({
    type: 'postgres',
    url: databaseUrl,
    applicationName: `${name} migrate`,
    migrations: [Sessions1764000000000, Behind1795200000000, ...Object.values(migrations)] as NewableFunction[] as never,
    extra: { max: 2 },
  });
  await dataSource.initialize();
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.migrations]);
    const ran = await dataSource.runMigrations({ transaction: 'each' });
    return ran.map((migration) => migration.name);
  } finally {
    // The lock is released with its connection, also when a query failed.
    await lock.release();
    await dataSource.destroy();
  }
}
