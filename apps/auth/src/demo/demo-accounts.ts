import { randomUUID } from 'node:crypto';
import { NAME, Readiness } from '@baton/platform';
import { Database } from '@baton/session';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { hashPassword } from '../users/password-hash.ts';

/** The schema may be migrated after the start. */
const RETRY_MS = 5000;

/** The accounts of the README. */
export const DEMO_ACCOUNTS = [
  { name: 'demo', password: `${NAME}-demo-2026`, roles: ['user'] },
  { name: 'admin', password: `${NAME}-admin-2026`, roles: ['user', 'admin'] },
] as const;

/** Creates the demo accounts as soon as Postgres is up. Several replicas may do so at once. */
@Injectable()
export class DemoAccounts implements OnModuleInit {
  private readonly logger = new Logger('demo');
  private state: 'missing' | 'creating' | 'created' = 'missing';

  constructor(
    private readonly database: Database,
    private readonly readiness: Readiness,
  ) {}

  onModuleInit(): void {
    this.database.on('up', () => void this.create());
    void this.create();
    // Not ready while the accounts are being created. Without Postgres, the replica serves without them.
    this.readiness.add('demo-accounts', () => this.state !== 'creating');
  }

  private async create(): Promise<void> {
    if (this.state !== 'missing' || !this.database.ready) return;
    this.state = 'creating';
    try {
      for (const account of DEMO_ACCOUNTS) await this.insert(account);
      this.state = 'created';
    } catch (error) {
      this.state = 'missing';
      this.logger.warn(`Cannot create the demo accounts yet: ${String(error)}`);
      setTimeout(() => void this.create(), RETRY_MS).unref();
    }
  }

  private async insert({ name, password, roles }: (typeof DEMO_ACCOUNTS)[number]): Promise<void> {
    await this.database.query(
      `INSERT INTO users (id, name, password_hash, roles, demo) VALUES ($1, $2, $3, $4, true) ON CONFLICT (name) DO NOTHING`,
      [randomUUID(), name, await hashPassword(password), roles],
    );
  }
}
