import { startMailSite } from '../../mail/mail-site.ts';
import { addPasskey } from '../passkey-site.ts';

it('the owner of an account gets a mail when a passkey is added, and when one is removed', async () => {
  const site = await startMailSite();
  const owner = await site.reachable();
  await addPasskey(owner);
  await site.mail(owner.address, /A passkey was added/);
  const [{ id }] = (await owner.get('/auth/passkeys')).body;
  await owner.delete(`/auth/passkeys/${id}`);
  expect((await site.mail(owner.address, /A passkey was removed/)).text).toContain('https://site.example/auth/account');
}, 120_000);
