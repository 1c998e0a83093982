import { join } from 'node:path';
import ts from 'typescript';
import type { Manifest } from './build.ts';

/**
 * The packages of the schemas, generated from the OpenAPI document of Kubernetes 1.36 and from the CRDs of each project. Each has
 * TypeScript types, which find unknown fields, and compiled JSON schemas, which check values.
 */
const packages: Record<string, string> = {
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
  'cert-manager.io': '@kubernetes-models/cert-manager',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
  'postgresql.cnpg.io': '@kubernetes-models/cloudnative-pg',
};

const options: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: [],
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
};

/** Unknown fields and values of the wrong type, as `Kind/name: message`. */
export function unknownFields(manifests: Manifest[]): string[] {
  const sources = new Map(manifests.map((manifest, at) => [fileOf(at), sourceOf(manifest)]));
  const host = ts.createCompilerHost(options);
  const onDisk = { ...host };
  host.fileExists = (file) => sources.has(file) || onDisk.fileExists(file);
  host.readFile = (file) => sources.get(file) ?? onDisk.readFile(file);
  host.getSourceFile = (file, ...rest) => {
    const source = sources.get(file);
    return source === undefined ? onDisk.getSourceFile(file, ...rest) : ts.createSourceFile(file, source, ts.ScriptTarget.ES2024);
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  return manifests.flatMap((manifest, at) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(fileOf(at)))
      .map(
        ({ messageText }) => `${manifest.kind}/${manifest.metadata.name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
      ),
  );
}

/** Violations of the JSON schema: missing fields, wrong formats, numbers out of range. */
export async function badValues(manifest: Manifest): Promise<string[]> {
  const { [manifest.kind]: Model } = (await import(moduleOf(manifest))) as Record<
    string,
    new (data: Manifest) => { validate(): void }
  >;
  try {
    new Model!(manifest).validate();
    return [];
  } catch (error) {
    return [`${manifest.kind}/${manifest.metadata.name}: ${String(error)}`];
  }
}

const fileOf = (at: number): string => join(process.cwd(), 'test/k8s', `manifest-${at}.ts`);

const sourceOf = (manifest: Manifest): string =>
  `import type { I${manifest.kind} } from '${moduleOf(manifest)}';\nexport const manifest: I${manifest.kind} = ${JSON.stringify(manifest)};\n`;

function moduleOf({ apiVersion, kind }: Manifest): string {
  const [group] = apiVersion.split('/');
  return `${packages[group!] ?? 'kubernetes-models'}/${apiVersion}/${kind}`;
}
