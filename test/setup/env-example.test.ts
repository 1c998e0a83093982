import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { platformSettings } from '@baton/platform';
import { sessionSettings } from '@baton/session';
import { authSettings } from '../../apps/auth/src/auth-settings.ts';
import { appLoginSettings } from '../../apps/auth/src/database/app-logins.ts';
import { portalSettings } from '../../apps/portal/src/config.ts';

/** Set by the launcher for the portals it starts. */
const INTERNAL = ['LAUNCHER_URL', 'LAUNCHER_TOKEN'];

describe('.env.example', () => {
  it('lists every setting of the apps, and no other', () => {
    const text = readFileSync(resolve(import.meta.dirname, '../../.env.example'), 'utf8');
    const named = [...text.matchAll(/^#?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name);
    const known = Object.keys({
      ...platformSettings,
      ...sessionSettings,
      ...authSettings,
      ...portalSettings,
      ...appLoginSettings,
    });
    expect(new Set(named)).toEqual(new Set(known.filter((name) => !INTERNAL.includes(name))));
  });
});
