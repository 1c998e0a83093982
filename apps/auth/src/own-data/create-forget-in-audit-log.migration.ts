import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The one change of recorded events: what names the person goes, the id of the account stays. With the rights of the table's
 * owner, so that the app needs none to update the log; and for deleted accounts alone, so that it cannot be used to hide something.
 */
export class CreateForgetInAuditLog1795410000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION forget_in_audit_log(account uuid) RETURNS void
      LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
        UPDATE audit_log SET address = NULL, user_agent = NULL, details = details - '{name,address,against}'::text[]
         WHERE user_id = account::text AND NOT EXISTS (SELECT FROM users WHERE id = account)
      $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION forget_in_audit_log(uuid)');
  }
}
