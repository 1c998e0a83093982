import type { MigrationInterface, QueryRunner } from 'typeorm';

/** `last_step` is the newest 30 s step whose code was used: RFC 6238, 5.2. Unconfirmed secrets belong to nobody's login yet. */
export class CreateTotp1795310000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE totp (
        user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
        sealed_secret text NOT NULL,
        last_step bigint NOT NULL DEFAULT 0,
        confirmed_at timestamptz
      )`);
    await runner.query(`
      CREATE TABLE recovery_code (
        hash text PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE
      )`);
    await runner.query('CREATE INDEX recovery_code_user_id ON recovery_code (user_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE recovery_code, totp');
  }
}
