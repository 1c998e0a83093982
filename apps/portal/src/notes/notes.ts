import { Database, StoreUnavailableError } from '@baton/session';
import { Inject, Injectable } from '@nestjs/common';

export interface Note {
  text: string;
  createdAt: Date;
}

@Injectable()
export class Notes {
  constructor(@Inject(Database) private readonly database: Database | null) {}

  /** Newest first. @throws StoreUnavailableError, which becomes a 503. */
  list(userId: string): Promise<Note[]> {
    return this.query('SELECT text, created_at AS "createdAt" FROM note WHERE user_id = $1 ORDER BY id DESC LIMIT 100', [userId]);
  }

  async add(userId: string, text: string): Promise<void> {
    await this.query('INSERT INTO note (user_id, text) VALUES ($1, $2)', [userId, text]);
  }

  private async query(sql: string, params: unknown[]): Promise<Note[]> {
    if (!this.database) throw new StoreUnavailableError('postgres', 'DATABASE_URL is not set.');
    return this.database.query<Note>(sql, params);
  }
}
