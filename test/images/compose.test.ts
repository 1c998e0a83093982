import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DCLinter } from 'dclint';
import { parse } from 'yaml';
import { temporaryFolder } from '../support/servers.ts';
import { stages } from './dockerfile.ts';

const FILE = 'docker/compose.yaml';

interface Service {
  image: string;
  build?: { target: string; dockerfile: string };
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: object;
  volumes?: string[];
  ports?: string[];
  networks?: string[];
  environment?: Record<string, string>;
  deploy?: { replicas: number };
}

const compose = parse(readFileSync(FILE, 'utf8'), { merge: true }) as {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
};
const services = Object.entries(compose.services);

/** Style rules that this repository does not follow: image next to build, so that other tools find the built image; order of keys. */
const taste = [
  'no-build-and-image',
  'no-quotes-in-volumes',
  'require-quotes-in-ports',
  'service-keys-order',
  'services-alphabetical-order',
];
const off = Object.fromEntries([...taste, 'top-level-properties-order'].map((rule) => [rule, 0 as const]));

/** Violations of the compose-spec JSON schema and of dclint's rules. */
const complaints = (file: string): string[] =>
  new DCLinter({ rules: off, quiet: false, debug: false, exclude: [] })
    .lintFiles([file], false)
    .flatMap(({ messages }) => messages.map(({ rule, message }) => `${rule}: ${message}`));

describe('the compose file', () => {
  it('satisfies the compose schema and the linter', () => {
    expect(complaints(FILE)).toEqual([]);
  });

  it('is refused if it has an unknown key', () => {
    const broken = join(temporaryFolder('compose'), 'compose.yaml');
    writeFileSync(broken, readFileSync(FILE, 'utf8').replace('read_only: true', 'readonly: true'));
    expect(complaints(broken).join()).toMatch(/readonly|additional|invalid-schema/);
  });

  it.each(services)('%s has a read-only root file system and no capabilities', (_, service) => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
  });

  it.each(services)(
    '%s is built from a stage of the Dockerfile, or is pinned by digest and runs as a numeric user',
    (_, service) => {
      if (service.build) expect(stages.map(({ name }) => name)).toContain(service.build.target);
      else
        expect([service.image, service.user]).toEqual([
          expect.stringMatching(/@sha256:[0-9a-f]{64}$/),
          expect.stringMatching(/^\d+:\d+$/),
        ]);
    },
  );

  it('starts each service after its dependencies are healthy and the migration has completed', () => {
    for (const [, { depends_on: needs = {} }] of services) {
      for (const [name, { condition }] of Object.entries(needs)) {
        expect([name, condition]).toEqual([name, name === 'migrate' ? 'service_completed_successfully' : 'service_healthy']);
      }
    }
    for (const [name, { healthcheck }] of services.filter(([name]) => !['proxy', 'migrate'].includes(name)))
      expect([name, healthcheck]).toEqual([name, expect.any(Object)]);
  });

  it('runs two auth and three portal replicas behind one port of this machine', () => {
    const { auth, portal, proxy } = compose.services;
    expect([auth!.deploy!.replicas, portal!.deploy!.replicas, proxy!.ports]).toEqual([2, 3, ['127.0.0.1:8080:8080']]);
    expect(services.filter(([name, { ports }]) => name !== 'proxy' && ports)).toEqual([]);
  });

  it('puts the stores on a network that only the apps share', () => {
    expect(compose.networks['stores']!.internal).toBe(true);
    for (const name of ['redis', 'postgres', 'migrate']) expect(compose.services[name]!.networks).toEqual(['stores']);
    expect(compose.services['proxy']!.networks).toEqual(['front']);
  });

  it('mounts only files that exist', () => {
    const mounted = services.flatMap(([, { volumes = [] }]) =>
      volumes.filter((volume) => volume.startsWith('.')).map((volume) => volume.split(':')[0]!),
    );
    expect(mounted).toHaveLength(3);
    for (const path of mounted) expect([path, existsSync(join('docker', path))]).toEqual([path, true]);
  });
});
