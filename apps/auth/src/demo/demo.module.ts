import { ClusterModule } from '@baton/cluster';
import { placeOf } from '@baton/platform';
import { type DynamicModule, Logger, Module } from '@nestjs/common';
import type { AuthSettings } from '../auth-settings.ts';
import type { Site } from '../pages/pages.ts';
import { PublicPasswords } from '../users/public-passwords.ts';
import { DEMO_ACCOUNTS, DemoAccounts } from './demo-accounts.ts';

/** What only the demonstration needs: membership of the cluster view and, with DEMO=true, accounts with public passwords. */
@Module({})
export class DemoModule {
  static forRoot(settings: AuthSettings, site: Site): DynamicModule {
    const { REPLICA: replica, VERSION: version, DEMO: demo } = settings;
    if (demo) announce(site);
    return {
      module: DemoModule,
      imports: [ClusterModule.forRoot({ app: site.app, replica, version, demo, place: placeOf(settings) })],
      providers: [{ provide: PublicPasswords, useValue: new PublicPasswords(demo) }, ...(demo ? [DemoAccounts] : [])],
      exports: [PublicPasswords],
    };
  }
}

function announce(site: Site): void {
  const [account] = DEMO_ACCOUNTS;
  site.signInHint = () => `Demo account: ${account!.name}, password ${account!.password}`;
  new Logger('demo').warn('DEMO mode: accounts with public passwords can log in.');
}
