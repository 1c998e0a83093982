import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateThrottle1763600100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE throttle (
        key text PRIMARY KEY,
        times integer NOT NULL,
        forgotten_at timestamptz NOT NULL
      )`);
    await runner.query('CREATE INDEX throttle_forgotten_at ON throttle (forgotten_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE throttle');
  }
}
