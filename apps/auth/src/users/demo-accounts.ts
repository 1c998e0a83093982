import { Database } from '@baton/session';
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { AuthSettings } from '../auth-settings.ts';
import { createDemoUsers } from './demo-users.ts';

/** With DEMO=true: the demo accounts, as soon as Postgres is there. */
@Injectable()
export class DemoAccounts implements OnApplicationBootstrap {
  private readonly logger = new Logger('demo');

  constructor(
    private readonly database: Database,
    @Inject(AuthSettings) private readonly settings: AuthSettings,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.settings.DEMO) return;
    this.database.on('up', () => void this.create());
    if (this.database.ready) void this.create();
  }

  private async create(): Promise<void> {
    try {
      await createDemoUsers((sql, params) => this.database.query(sql, params));
    } catch (error) {
      this.logger.warn(`The demo accounts could not be made: ${String(error)}`);
    }
  }
}
