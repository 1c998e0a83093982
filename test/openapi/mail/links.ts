import { createHash, randomBytes } from 'node:crypto';
import type { Site } from '../../security/site.ts';

type Bodies = Record<string, (body: object) => Promise<object>>;

/** Bodies with the token of a link, as its mail would hold it. */
export function mailBodies(site: Site): Bodies {
  const withLink = (purpose: string) => async (body: object) => ({ ...body, token: await link(site, purpose) });
  return { 'post /auth/mail/confirm': withLink('confirm-address'), 'post /auth/recovery/password': withLink('recovery') };
}

async function link(site: Site, purpose: string): Promise<string> {
  const { credentials } = await site.newcomer();
  const token = randomBytes(32).toString('base64url');
  await site.query(
    `INSERT INTO mail_link (hash, user_id, purpose, address, expires_at)
     SELECT $1, id, $2, 'robin@example.org', now() + interval '15 minutes' FROM users WHERE name = $3`,
    [createHash('sha256').update(token).digest('base64url'), purpose, credentials.username],
  );
  return token;
}
