import { Authenticator } from '../../passkeys/authenticator.ts';
import { addPasskey, SITE_URL } from '../../passkeys/passkey-site.ts';
import { PASSWORD } from '../../security/site.ts';
import type { Client } from '../../support/client.ts';
import type { Given, Prepared, Steps } from '../steps.ts';

/** Requests with a challenge that an authenticator has signed, and those that name a passkey. */
export const passkeySteps: Steps = {
  'get /auth/passkeys': added,
  'delete /auth/passkeys/{id}': added,
  'post /auth/passkeys/{id}/remove': added,
  'post /auth/passkeys': async (client, given) => {
    const { body: options } = await client.post('/auth/passkeys/options');
    return { body: { response: new Authenticator(SITE_URL).create(options, flawOf(given)) } };
  },
  'post /auth/passkeys/sign-in': async (client, given) => {
    const authenticator = await addPasskey(client);
    const { body: options } = await client.post('/auth/passkeys/sign-in/options');
    return { body: { response: authenticator.get(options, flawOf(given)) } };
  },
  'get /auth/passkeys/second-factor': begun,
  'post /auth/passkeys/second-factor/options': begun,
  'post /auth/passkeys/second-factor': async (client, given) => {
    const authenticator = await begin(client);
    const { body: options } = await client.post('/auth/passkeys/second-factor/options');
    return { body: { response: authenticator.get(options, flawOf(given)) } };
  },
};

const flawOf = (given: Given) => (given === 'right' ? {} : { origin: 'https://elsewhere.example' });

async function added(client: Client): Promise<Prepared> {
  await addPasskey(client);
  const { body } = await client.get('/auth/passkeys');
  return { id: (body as { id: string }[])[0]!.id };
}

async function begun(client: Client): Promise<Prepared> {
  await begin(client);
  return {};
}

/** A step-up, up to the passkey. */
async function begin(client: Client): Promise<Authenticator> {
  const authenticator = await addPasskey(client);
  await client.post('/auth/reauthenticate', { password: PASSWORD });
  return authenticator;
}
