import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Addresses, links and waiting mails. A link is stored as a hash, and a waiting mail holds no link: a dump opens no account. */
export class CreateMail1795300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mail_address (
        user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
        address text NOT NULL,
        confirmed_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX mail_address_address ON mail_address (address)');
    await runner.query(`
      CREATE TABLE mail_link (
        hash text PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        purpose text NOT NULL,
        address text NOT NULL,
        expires_at timestamptz NOT NULL,
        UNIQUE (user_id, purpose)
      )`);
    await runner.query(`
      CREATE TABLE mail_outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind text NOT NULL,
        address text NOT NULL,
        user_id uuid REFERENCES users ON DELETE CASCADE,
        details jsonb NOT NULL DEFAULT '{}',
        attempts integer NOT NULL DEFAULT 0,
        due_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX mail_outbox_due_at ON mail_outbox (due_at, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE mail_outbox, mail_link, mail_address');
  }
}
