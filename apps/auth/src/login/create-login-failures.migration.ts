import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateLoginFailures1763600100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE login_failure (
        key text PRIMARY KEY,
        failures integer NOT NULL,
        forgotten_at timestamptz NOT NULL
      )`);
    await runner.query('CREATE INDEX login_failure_forgotten_at ON login_failure (forgotten_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE login_failure');
  }
}
