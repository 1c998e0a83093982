import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What `stores/postgres/standing.ts` needs to tell whether this database has every change. */
export class Behind1795200000000 implements MigrationInterface {
  readonly name = 'Behind1795200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE session_cache
        ADD COLUMN beat_at timestamptz,
        ADD COLUMN copy_at timestamptz,
        ADD COLUMN away_epoch bigint NOT NULL DEFAULT 0,
        ADD COLUMN drained_epoch bigint NOT NULL DEFAULT 0`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE session_cache
        DROP COLUMN beat_at, DROP COLUMN copy_at, DROP COLUMN away_epoch, DROP COLUMN drained_epoch`);
  }
}
