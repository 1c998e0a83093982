import { generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto';
import { Provider } from 'oidc-provider';
import { LOOPBACK } from '../ports.ts';
import type { ProviderSettings } from './provider.ts';

/** An OpenID Connect provider for trying and for tests: any name signs in with any password, and everything is in memory. */
const { port, clientId, clientSecret, redirectUris, backChannelUrl, key } = JSON.parse(
  process.env['PROVIDER']!,
) as ProviderSettings;

const newKey = (): JsonWebKey => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });

const provider = new Provider(`http://${LOOPBACK}:${port}`, {
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: redirectUris,
      grant_types: ['authorization_code'],
      response_types: ['code'],
      backchannel_logout_uri: backChannelUrl,
      backchannel_logout_session_required: true,
    },
  ],
  claims: { openid: ['sub'], profile: ['preferred_username'] },
  conformIdTokenClaims: false,
  cookies: { keys: [randomBytes(32).toString('base64url')] },
  features: { backchannelLogout: { enabled: true } },
  jwks: { keys: [{ ...(key ?? newKey()), use: 'sig', alg: 'RS256', kid: 'local' }] },
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: id }) }),
  // Asks for no consent.
  async loadExistingGrant({ oidc }) {
    const grant = new oidc.provider.Grant({ accountId: oidc.session!.accountId!, clientId: oidc.client!.clientId });
    grant.addOIDCScope('openid profile');
    await grant.save();
    return grant;
  },
  // Without the protection that refuses addresses of this machine.
  fetch: (url, options = {}) => fetch(url, { ...options, dispatcher: undefined } as RequestInit),
});

provider.listen(port, LOOPBACK);
