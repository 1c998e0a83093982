import { randomUUID } from 'node:crypto';
import { hashPassword } from './password-hash.ts';

const DEMO_USERS = [
  { name: 'demo', password: 'baton-demo-2026', roles: ['user'] },
  { name: 'admin', password: 'baton-admin-2026', roles: ['user', 'admin'] },
];

type Query = (sql: string, params: unknown[]) => Promise<unknown>;

/** The accounts of the README. They log in only while DEMO=true. Safe to run again, and several times at once. */
export async function createDemoUsers(query: Query): Promise<void> {
  for (const { name, password, roles } of DEMO_USERS) {
    await query(
      `INSERT INTO users (id, name, password_hash, roles, demo) VALUES ($1, $2, $3, $4, true) ON CONFLICT (name) DO NOTHING`,
      [randomUUID(), name, await hashPassword(password), roles],
    );
  }
}
