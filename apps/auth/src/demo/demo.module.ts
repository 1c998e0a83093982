import { addDemoNavigation, ClusterModule, demoWords } from '@baton/demo';
import { placeOf } from '@baton/platform';
import { Site } from '@baton/ui';
import { type DynamicModule, Logger, Module } from '@nestjs/common';
import type { AuthSettings } from '../auth-settings.ts';
import { PublicPasswords } from '../users/public-passwords.ts';
import { DEMO_ACCOUNTS, DemoAccounts } from './demo-accounts.ts';

/** What only the demonstration needs: membership of the cluster view and, with DEMO=true, accounts with public passwords. */
@Module({})
export class DemoModule {
  constructor(site: Site, passwords: PublicPasswords) {
    addDemoNavigation(site, passwords.allowed);
    if (passwords.allowed) announce(site);
  }

  static forRoot(settings: AuthSettings): DynamicModule {
    const { REPLICA: replica, VERSION: version, DEMO: demo } = settings;
    return {
      module: DemoModule,
      imports: [ClusterModule.forRoot({ app: 'auth', replica, version, demo, place: placeOf(settings) })],
      providers: [{ provide: PublicPasswords, useValue: new PublicPasswords(demo) }, ...(demo ? [DemoAccounts] : [])],
      exports: [PublicPasswords],
    };
  }
}

function announce(site: Site): void {
  const [{ name, password }] = DEMO_ACCOUNTS;
  site.signInHint = (language) => demoWords(language).signInHint(name, password);
  new Logger('demo').warn('DEMO mode: accounts with public passwords can log in.');
}
