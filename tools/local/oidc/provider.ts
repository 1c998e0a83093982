import { type JsonWebKey, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { localFolder } from '../folder.ts';
import { NAME } from '../name.ts';
import { LOOPBACK } from '../ports.ts';
import { type SupervisedProcess, supervisor } from '../supervisor.ts';

/** What the process of the provider reads from PROVIDER, as JSON. */
export interface ProviderSettings {
  port: number;
  clientId: string;
  clientSecret: string;
  redirectUris: string[];
  /** Where it reports logouts. */
  backChannelUrl: string;
  /** A private RSA key that signs its tokens. Default: a new one. */
  key?: JsonWebKey;
}

/** The address of a provider that can be started later, and how the auth app is told of it. */
export function providerSettings(name: string, port: number) {
  const clientSecret = randomBytes(24).toString('base64url');
  const url = `http://${LOOPBACK}:${port}`;
  const environment = { OIDC_ISSUER: url, OIDC_CLIENT_ID: NAME, OIDC_CLIENT_SECRET: clientSecret, OIDC_NAME: name };
  return { url, environment, client: { port, clientId: NAME, clientSecret } };
}

const PATIENCE_MS = 60_000;

/** Resolves when it serves. */
export async function startProvider(settings: ProviderSettings, folder = join(localFolder, 'logs')): Promise<SupervisedProcess> {
  mkdirSync(folder, { recursive: true });
  const process_ = await supervisor.start({
    command: process.execPath,
    args: ['--no-warnings', join(import.meta.dirname, 'provider-process.ts')],
    env: { PATH: process.env['PATH'], PROVIDER: JSON.stringify(settings) },
    logFile: join(folder, `provider-${settings.port}.log`),
    stage: 'application',
  });
  for (const deadline = performance.now() + PATIENCE_MS; !(await serves(settings.port)); await pause(50))
    if (process_.exit || performance.now() > deadline)
      throw new Error(`The OpenID Connect provider did not start: see ${folder}.`);
  return process_;
}

const serves = (port: number): Promise<boolean> =>
  fetch(`http://${LOOPBACK}:${port}/.well-known/openid-configuration`, { signal: AbortSignal.timeout(5000) }).then(
    ({ ok }) => ok,
    () => false,
  );
