import { DataSource, type MixedList } from 'typeorm';
import { ADVISORY_LOCKS } from './locks.ts';
import { Sessions1764000000000 } from './migrations/1764000000000-sessions.ts';

export const sessionMigrations = [Sessions1764000000000];

/**
 * Brings the database to the newest schema and returns the names of the migrations that ran. Safe to run several times
 * at once: TypeORM itself takes no lock, so this one waits for whoever is at it.
 */
export async function migrate(databaseUrl: string, migrations: NonNullable<MixedList<NewableFunction>> = []): Promise<string[]> {
  const dataSource = new DataSource({
    type: 'postgres',
    url: databaseUrl,
    applicationName: 'baton migrate',
    migrations: [...sessionMigrations, ...Object.values(migrations)] as NewableFunction[] as never,
    extra: { max: 2 },
  });
  await dataSource.initialize();
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.migrations]);
    const ran = await dataSource.runMigrations({ transaction: 'each' });
    return ran.map((migration) => migration.name);
  } finally {
    // The lock ends with its connection, also when the query above failed.
    await lock.release();
    await dataSource.destroy();
  }
}
