import { PASSWORD, type Site } from '../../security/site.ts';
import type { Client } from '../../support/client.ts';
import { codeOf, enrol, wrongCodeOf } from '../../totp/totp-site.ts';
import type { Given, Steps } from '../steps.ts';

/** Requests with a code, and those that an account with an app alone can make. */
export function totpSteps(site: Site): Steps {
  const reset = async () => ({ id: await accountWithApp(site) });
  return {
    'get /auth/second-factor': begin,
    'get /auth/totp/verify': begin,
    'post /auth/totp/verify': begin,
    'post /auth/totp/confirm': async (client, given) => {
      const { secret } = (await client.post('/auth/totp')).body as { secret: string };
      return { body: { code: given === 'right' ? codeOf(secret) : wrongCodeOf(secret) } };
    },
    'post /auth/totp/recovery-codes': withApp,
    'post /auth/totp/remove': withApp,
    'delete /auth/admin/users/{id}/second-factors': reset,
    'post /auth/admin/users/{id}/second-factors/reset': reset,
  };
}

async function withApp(client: Client): Promise<object> {
  await enrol(client);
  return {};
}

/** A step-up, up to the code: the one after that of the enrolment, which counts once. */
async function begin(client: Client, given: Given): Promise<{ body: object }> {
  const { secret } = await enrol(client);
  await client.post('/auth/reauthenticate', { password: PASSWORD });
  return { body: { code: given === 'right' ? codeOf(secret, 1) : wrongCodeOf(secret) } };
}

async function accountWithApp(site: Site): Promise<string> {
  const { credentials, ...client } = await site.newcomer();
  await enrol(client);
  const [row] = await site.query<{ id: string }>('SELECT id FROM users WHERE name = $1', [credentials.username]);
  return row!.id;
}
