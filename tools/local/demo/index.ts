import type { Extension } from '../extension.ts';
import { NAME } from '../name.ts';
import { startControl } from './control.ts';

/** Accounts with public passwords, and fault buttons that reach the launcher. */
export const demo: Extension = {
  environment: { DEMO: 'true' },
  async start(environment, running) {
    if (environment['DEMO'] !== 'true') return null;
    const control = await startControl(running);
    const { url, token } = control;
    return {
      url,
      close: () => control.close(),
      environmentOf: (app) => (app === 'portal' ? { LAUNCHER_URL: url, LAUNCHER_TOKEN: token } : {}),
      rows: [['Log in', `demo / ${NAME}-demo-2026   or   admin / ${NAME}-admin-2026`]],
      logIn: (portalUrl) =>
        `curl -sc jar -H 'Content-Type: application/json' -d '{"username":"demo","password":"${NAME}-demo-2026"}' ${portalUrl}/auth/login`,
    };
  },
};
