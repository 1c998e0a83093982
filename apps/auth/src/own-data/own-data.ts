import { ProblemException } from '@baton/platform';
import { Database, type Json, type SessionRecord, Sessions } from '@baton/session';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AuditLog } from '../audit/audit-log.ts';
import { openSession } from '../devices/open-session.ts';
import type { User } from '../users/user.entity.ts';
import { Users } from '../users/users.ts';
import { ownTables } from './own-tables.ts';

/** The newest ones: an account that is used all day has some 50 a day. Digests of what was typed are no data about the user. */
const EVENTS = `SELECT event, at, address, user_agent AS "userAgent", public_id AS "publicId", details - 'against' AS details
  FROM audit_log WHERE user_id = $1 ORDER BY id DESC LIMIT 10000`;

/** Members of a session that prove something, such as the challenge of a login in progress. */
const SECRET = /(proof|secret|token|challenge|verifier|nonce|state|key)$/i;

/** What users may ask of those who keep data about them: a copy, and its deletion (GDPR articles 15, 17 and 20). */
@Injectable()
export class OwnData {
  constructor(
    private readonly database: Database,
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly audit: AuditLog,
  ) {}

  async export(request: Request): Promise<object> {
    const { id } = request.session.user!;
    const [user, sessions, audit, ...rows] = await Promise.all([
      this.users.find(id),
      this.sessions.list(id),
      this.database.query(EVENTS, [id]),
      ...ownTables.map(({ sql }) => this.database.query(sql, [id])),
    ]);
    const tables = ownTables.map(({ name }, index) => [name, rows[index]] as const);
    await this.audit.record(request, 'data-exported');
    return {
      exportedAt: new Date().toISOString(),
      profile: profileOf(user),
      sessions: sessions.map((record) => exported(request, record)),
      ...Object.fromEntries(tables),
      audit,
    };
  }

  /**
   * One transaction: the account goes, with what refers to it; its sessions end; the audit log keeps the id alone.
   * @throws ProblemException 403 for an account that everybody shares; 409 for the last administrator.
   */
  async deleteAccount(request: Request): Promise<void> {
    const { id } = request.session.user!;
    const user = await this.users.find(id);
    if (user?.hasPublicPassword)
      throw new ProblemException(403, { title: 'Forbidden', detail: 'This account is for everybody.' });
    await this.sessions.revokeAll(id, {
      reason: 'account deleted',
      erase: true,
      within: async (tx) => {
        await this.users.refuseLastAdmin(tx, id);
        await tx.query('DELETE FROM users WHERE id = $1', [id]);
        await tx.query('SELECT forget_in_audit_log($1)', [id]);
      },
    });
    await this.audit.write({ event: 'account-deleted', userId: id, publicId: null });
    await this.sessions.signOut(request);
  }
}

function profileOf(user: User | null): object {
  if (user === null) throw new ProblemException(404, { title: 'Not Found', detail: 'This account has been deleted.' });
  const { id, name, roles, createdAt } = user;
  return { id, name, roles, createdAt };
}

const exported = (request: Request, record: SessionRecord): object => ({
  ...openSession(request, record),
  attributes: withoutSecrets(record.attributes),
});

/** Secrets are texts: a cart may count articles under any name. */
function withoutSecrets(value: Json): Json {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const members = Object.entries(value).filter(([name, member]) => typeof member !== 'string' || !SECRET.test(name));
  return Object.fromEntries(members.map(([name, member]) => [name, withoutSecrets(member)]));
}
