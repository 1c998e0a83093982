/** @seconds 8 */
import { PASSWORD } from '../../security/site.ts';
import { ADMIN } from '../../support/client.ts';
import { type MailSite, newAddress, startMailSite } from '../../mail/mail-site.ts';
import { changeSessions, enrol, wrongCodeOf } from '../totp-site.ts';

let site: MailSite;
beforeAll(async () => {
  site = await startMailSite();
}, 120_000);

describe('the owner of an account gets a mail', () => {
  it('when an app is added, a recovery code used, and the app removed', async () => {
    const client = await site.reachable();
    const { recoveryCodes } = await enrol(client);
    await site.mail(client.address, /second factor was added/);
    await client.post('/auth/login', client.credentials);
    await client.post('/auth/totp/verify', { code: recoveryCodes[0] });
    const { text } = await site.mail(client.address, /recovery code .* was used/);
    expect(text).not.toContain(recoveryCodes[0]);
    await client.post('/auth/totp/remove');
    expect((await site.mail(client.address, /second factor was removed/)).text).toContain('/auth/account');
  });

  it('when somebody who knows the password has sent too many wrong codes', async () => {
    const client = await site.reachable();
    const { secret } = await enrol(client);
    const visitor = site.visitor();
    await visitor.post('/auth/login', client.credentials);
    for (let index = 0; index < 10; index++) await visitor.post('/auth/totp/verify', { code: wrongCodeOf(secret) });
    expect((await site.mail(client.address, /Wrong codes/)).text).toContain('knows your password');
  });

  it('when an administrator resets the factors, without the address of the administrator', async () => {
    const client = await site.reachable();
    await enrol(client);
    const admin = await site.signedIn(ADMIN);
    const users = (await admin.get('/auth/admin/users')).body as { id: string; name: string }[];
    const { id } = users.find(({ name }) => name === client.credentials.username)!;
    await admin.delete(`/auth/admin/users/${id}/second-factors`);
    expect((await site.mail(client.address, /were reset/)).text).not.toContain('Network address');
  });
});

describe('the mail address of an account with an app', () => {
  it('is neither changed nor removed with the password alone, when the last code is too old', async () => {
    const client = await site.reachable();
    await enrol(client);
    await changeSessions(site, '{secondFactorAt}', 0);
    for (const [path, body] of [
      ['/auth/mail', { address: newAddress(), password: PASSWORD }],
      ['/auth/mail/remove', { passwordToRemove: PASSWORD }],
    ] as const)
      expect((await client.post(path, body)).body.type).toBe('urn:baton:reauthenticate');
    expect((await client.get('/auth/mail')).body).toEqual({ address: client.address });
  });
});
