import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateOidc1795420000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // unknown_password_hash: while it is the account's hash, nobody knows a password of the account.
    await runner.query(`
      CREATE TABLE oidc_account (
        issuer text NOT NULL,
        subject text NOT NULL,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        unknown_password_hash text,
        linked_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (issuer, subject),
        UNIQUE (user_id, issuer)
      )`);
    await runner.query(`
      CREATE TABLE oidc_session (
        id uuid PRIMARY KEY,
        issuer text NOT NULL,
        subject text NOT NULL,
        sid text,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        issued_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        ended_at timestamptz
      )`);
    await runner.query('CREATE INDEX oidc_session_sid ON oidc_session (issuer, sid)');
    await runner.query('CREATE INDEX oidc_session_subject ON oidc_session (issuer, subject)');
    await runner.query('CREATE INDEX oidc_session_expires_at ON oidc_session (expires_at)');
    await runner.query(`
      CREATE TABLE oidc_logout (
        issuer text NOT NULL,
        jti text NOT NULL,
        subject text,
        sid text,
        issued_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (issuer, jti)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE oidc_logout, oidc_session, oidc_account');
  }
}
