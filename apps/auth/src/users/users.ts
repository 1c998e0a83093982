import { randomUUID } from 'node:crypto';
import { ProblemException } from '@baton/platform';
import { Database, type SessionUser, type Tx } from '@baton/session';
import { Injectable, Optional } from '@nestjs/common';
import { hashPassword, isOutdated, isPassword } from './password-hash.ts';
import { PublicPasswords } from './public-passwords.ts';
import { normaliseUserName } from './user-name.ts';
import { User, type Role } from './user.entity.ts';

/** An unknown name takes as long as a wrong password: the password is compared with the hash of a random value. */
const NOBODY = hashPassword(randomUUID());

@Injectable()
export class Users {
  constructor(
    private readonly database: Database,
    @Optional() private readonly publicPasswords?: PublicPasswords,
  ) {}

  /** The user, if this is the password of an account that may log in. */
  async verify(name: string, password: string): Promise<User | null> {
    const user = await this.findByName(name);
    const matches = await isPassword(user?.passwordHash ?? (await NOBODY), password);
    return user && matches && this.mayLogIn(user) ? this.rehashed(user, password) : null;
  }

  findByName(name: string): Promise<User | null> {
    return this.database.guarded(() => this.database.repository(User).findOneBy({ name: normaliseUserName(name) }));
  }

  find(id: string): Promise<User | null> {
    return this.database.guarded(() => this.database.repository(User).findOneBy({ id }));
  }

  /** The user, if the account may log in. */
  async findEnabled(id: string): Promise<User | null> {
    const user = await this.find(id);
    return user && this.mayLogIn(user) ? user : null;
  }

  /** By name: those after `after` whose name contains `search`. */
  list({ search = '', after = '', limit }: { search?: string; after?: string; limit: number }): Promise<User[]> {
    return this.database.guarded(() =>
      this.database
        .repository(User)
        .createQueryBuilder('account')
        .where('account.name > :after AND position(:search IN account.name) > 0', { after, search: normaliseUserName(search) })
        .orderBy('account.name')
        .limit(limit)
        .getMany(),
    );
  }

  /** Null when the name is taken. */
  async register(name: string, password: string, roles: Role[] = ['user']): Promise<User | null> {
    const rows = await this.database.query<{ id: string }>(
      `INSERT INTO users (id, name, password_hash, roles) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING RETURNING id`,
      [randomUUID(), normaliseUserName(name), await hashPassword(password), roles],
    );
    return rows[0] ? this.find(rows[0].id) : null;
  }

  /** Whether the account is enabled and has the password that was checked. Locks it until the session is created. */
  async stillSame(tx: Tx, user: User): Promise<boolean> {
    const rows = await tx.query<{ password_hash: string; disabled_at: Date | null }>(
      'SELECT password_hash, disabled_at FROM users WHERE id = $1 FOR SHARE',
      [user.id],
    );
    return rows[0]?.password_hash === user.passwordHash && rows[0].disabled_at === null;
  }

  /** Part of the transaction that ends the other sessions. Throws if the password was changed meanwhile. */
  async replacePassword(tx: Tx, user: User, passwordHash: string): Promise<void> {
    const rows = await tx.query('UPDATE users SET password_hash = $1 WHERE id = $2 AND password_hash = $3 RETURNING id', [
      passwordHash,
      user.id,
      user.passwordHash,
    ]);
    if (rows.length === 0)
      throw new ProblemException(409, { title: 'Conflict', detail: 'The password was changed by another request.' });
  }

  /**
   * Part of the transaction that disables, deletes or demotes the account. Locks all administrators, so that two cannot disable each other at once.
   * @throws ProblemException 409 for the last one that is enabled: nobody could enable an account again.
   */
  async refuseLastAdmin(tx: Tx, id: string): Promise<void> {
    const admins = await tx.query<{ id: string }>(
      `SELECT id FROM users WHERE 'admin' = ANY(roles) AND disabled_at IS NULL ORDER BY id FOR UPDATE`,
    );
    if (admins.length === 1 && admins[0]!.id === id)
      throw new ProblemException(409, { title: 'Last administrator', detail: 'This is the only account that can administer.' });
  }

  async setDisabled(tx: Tx, id: string, disabled: boolean): Promise<void> {
    await tx.query('UPDATE users SET disabled_at = CASE WHEN $2 THEN coalesce(disabled_at, now()) END WHERE id = $1', [
      id,
      disabled,
    ]);
  }

  async setRoles(tx: Tx, id: string, roles: readonly Role[]): Promise<void> {
    await tx.query('UPDATE users SET roles = $2 WHERE id = $1', [id, roles]);
  }

  enable(id: string): Promise<void> {
    return this.database.transaction((tx) => this.setDisabled(tx, id, false));
  }

  private mayLogIn(user: User): boolean {
    return user.disabledAt === null && (!user.hasPublicPassword || this.publicPasswords?.allowed === true);
  }

  private async rehashed(user: User, password: string): Promise<User> {
    if (!isOutdated(user.passwordHash)) return user;
    const passwordHash = await hashPassword(password);
    const params = [passwordHash, user.id, user.passwordHash];
    await this.database.query('UPDATE users SET password_hash = $1 WHERE id = $2 AND password_hash = $3', params);
    return Object.assign(user, { passwordHash });
  }
}

/** What the session keeps of a user. */
export const sessionUser = ({ id, name, roles }: User): SessionUser => ({ id, name, roles });
