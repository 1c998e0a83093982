/** Writes SESSIONS sessions to Redis in the format of express-session and connect-redis, and their cookies to OUT. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { sign } from 'cookie-signature';
import { createClient } from 'redis';
import { settings } from './settings.ts';
import { visitor } from './workload.ts';

const BATCH = 2000;
const sessions = Number(process.env.SESSIONS);
const client = await createClient({ url: settings.redisUrl, commandOptions: { timeout: undefined } }).connect();
const { sessionSeconds, secret } = settings;

function seed(n: number): Promise<unknown> {
  const { user, cart, preferences } = visitor(n);
  const expires = new Date(Date.now() + sessionSeconds * 1000).toISOString();
  const cookie = { originalMaxAge: sessionSeconds * 1000, expires, httpOnly: true, path: '/', sameSite: 'lax' };
  const id = randomBytes(24).toString('base64url');
  cookies.push(`connect.sid=${encodeURIComponent(`s:${sign(id, secret)}`)}`);
  return client.set(`sess:${id}`, JSON.stringify({ cookie, passport: { user }, cart, preferences }), { EX: sessionSeconds });
}

const cookies: string[] = [];
for (let from = 0; from < sessions; from += BATCH) {
  await Promise.all(Array.from({ length: Math.min(BATCH, sessions - from) }, (_, i) => seed(from + i + 1)));
}
writeFileSync(process.env.OUT!, JSON.stringify(cookies));
client.destroy();
