import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateAuditLog1763600200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_log (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        event text NOT NULL,
        user_id text,
        public_id text,
        address text,
        user_agent text,
        replica text NOT NULL,
        request_id text,
        details jsonb NOT NULL DEFAULT '{}',
        session_event_id bigint UNIQUE
      )`);
    await runner.query('CREATE INDEX audit_log_user_id ON audit_log (user_id, at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_log');
  }
}
