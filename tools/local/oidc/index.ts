import type { Extension } from '../extension.ts';
import { freePort, isFree } from '../ports.ts';
import { providerSettings, startProvider } from './provider.ts';

const USER = 'dana';

/** A provider on this machine, unless OIDC_ISSUER names another. */
export const oidc: Extension = {
  environment: {},
  flag: { name: 'oidc', usage: 'starts an OpenID Connect provider to sign in with' },
  async start(environment, { url: siteUrl }) {
    if (environment['OIDC_ISSUER']) return null;
    const { url, environment: settings, client } = providerSettings('the local provider', await portBeside(siteUrl));
    const provider = await startProvider({
      ...client,
      redirectUris: [`${siteUrl}/auth/oidc/callback`],
      backChannelUrl: `${siteUrl}/auth/oidc/backchannel-logout`,
    });
    return {
      environmentOf: (app) => (app === 'auth' ? settings : {}),
      rows: [['Provider', `${url}: sign in as ${USER} with any password; ${url}/session/end signs out there`]],
      close: () => provider.stop(),
    };
  },
};

/** The same at every start if possible: accounts are linked to the provider's address. */
async function portBeside(siteUrl: string): Promise<number> {
  const port = Number(new URL(siteUrl).port) + 1000;
  return port <= 65_535 && (await isFree(port)) ? port : freePort();
}
