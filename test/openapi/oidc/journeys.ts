import { generateKeyPairSync } from 'node:crypto';
import { startProvider } from '../../../tools/local/oidc/provider.ts';
import { begin, logoutToken, newUser, visitProvider } from '../../oidc/oidc-site.ts';
import type { Site } from '../../security/site.ts';
import { onCleanup } from '../../support/cleanup.ts';
import { browserless } from '../../support/client.ts';
import { temporaryFolder } from '../../support/servers.ts';
import type { Steps } from '../steps.ts';
import { provider } from './environment.ts';

/** Requests that come from a provider, which this starts. */
export async function oidcSteps(site: Site): Promise<Steps> {
  const { url: issuer, client } = provider;
  const { privateKey: key } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { url } = site.auth[0]!;
  const addresses = { redirectUris: [`${url}/auth/oidc/callback`], backChannelUrl: `${url}/auth/oidc/backchannel-logout` };
  const process_ = await startProvider(
    { ...client, ...addresses, key: key.export({ format: 'jwk' }) },
    temporaryFolder('provider'),
  );
  onCleanup(() => process_.kill());
  const signer = { issuer, clientId: client.clientId, key };
  return {
    'get /auth/oidc/callback': async (visitor) => {
      const traveller = { client: visitor, provider: browserless(issuer) };
      const back = await visitProvider(traveller, await begin(traveller, 'link'), newUser());
      return { query: back.slice(back.indexOf('?')) };
    },
    'post /auth/oidc/backchannel-logout': async (_visitor, given) => ({
      body: {
        logout_token: await logoutToken(signer, { sub: newUser(), ...(given === 'wrong' && { nonce: 'of an ID token' }) }),
      },
    }),
  };
}
