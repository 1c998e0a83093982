import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { privateRedis, temporaryFolder } from '../../../../../test/support/servers.ts';
import { freePort } from '../../../../../tools/local/ports.ts';

const run = promisify(execFile);
const clientModule = resolve(import.meta.dirname, 'client.ts');

/** A certificate authority of the test's own, and a certificate for this machine signed by it. */
async function certificates(): Promise<{ ca: string; cert: string; key: string }> {
  const folder = temporaryFolder('tls');
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  const request = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-batch', '-days', '2'];
  await openssl(...request, '-x509', '-subj', '/CN=Baton test CA', '-keyout', at('ca.key'), '-out', at('ca.pem'));
  const signed = ['-x509', '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-addext', 'subjectAltName=IP:127.0.0.1'];
  await openssl(...request, ...signed, '-subj', '/CN=redis', '-keyout', at('redis.key'), '-out', at('redis.pem'));
  return { ca: at('ca.pem'), cert: at('redis.pem'), key: at('redis.key') };
}

/** What a replica's process learns: Node reads NODE_EXTRA_CA_CERTS once, at its start. */
async function identityAskedBy(env: Record<string, string>, url: string): Promise<string> {
  const program = `
    const { connect } = await import(${JSON.stringify(clientModule)});
    try {
      const connection = await connect({ url: ${JSON.stringify(url)} });
      console.log('identity', await connection.identity());
      connection.destroy();
    } catch (error) {
      console.log('refused', error.message);
    }`;
  const args = ['--no-warnings', '--input-type=module', '--eval', program];
  const { stdout } = await run(process.execPath, args, { env: { PATH: process.env['PATH'], ...env } });
  return stdout.trim();
}

describe('rediss://', () => {
  let url: string;
  let ca: string;

  beforeAll(async () => {
    const files = await certificates();
    const port = await freePort();
    ca = files.ca;
    const tls = ['--tls-port', port, '--tls-cert-file', files.cert, '--tls-key-file', files.key, '--tls-ca-cert-file', files.ca];
    await privateRedis({ args: [...tls.map(String), '--tls-auth-clients', 'no'] });
    url = `rediss://127.0.0.1:${port}`;
  });

  it('trusts a private authority that NODE_EXTRA_CA_CERTS names', async () => {
    expect(await identityAskedBy({ NODE_EXTRA_CA_CERTS: ca }, url)).toMatch(/^identity [0-9a-f]{40}$/);
  });

  it('trusts no other certificate', async () => {
    expect(await identityAskedBy({}, url)).toMatch(/^refused .*(self-signed|unable to verify|unable to get)/i);
  });
});
