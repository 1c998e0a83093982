import { existsSync, readFileSync } from 'node:fs';
import { validate } from 'dockerfile-utils';
import type { Copy } from 'dockerfile-ast';
import { copied, DOCKERFILE, last, stage, stages, words } from './dockerfile.ts';

const text = readFileSync(DOCKERFILE, 'utf8');
const targets = ['auth', 'portal'];

describe('the Dockerfile', () => {
  it('passes a Dockerfile validator', () => {
    expect(validate(text)).toEqual([]);
    expect(validate('FROM node\nCOPPY . .')).not.toEqual([]);
  });

  it('pins every external image by digest', () => {
    const outside = stages.map(({ base }) => base).filter((base) => !stages.some(({ name }) => name === base));
    expect(outside).toHaveLength(2);
    for (const image of outside) expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
  });

  it.each(targets)('runs %s with node as process 1, as user 65532, without a shell', (target) => {
    expect(words(last(target, 'USER')!)).toEqual(['65532:65532']);
    expect(last(target, 'CMD')!.getRawArgumentsContent()).toBe(`["dist/apps/${target}/main.js"]`);
    // The entrypoint of the distroless image is node itself.
    expect(last(target, 'ENTRYPOINT')).toBeUndefined();
    expect(stage('runtime').base).toMatch(/^gcr\.io\/distroless\/nodejs24-debian\d+:nonroot@/);
  });

  it('has no RUN in the shipped image, which has no shell', () => {
    const shipped = ['runtime', ...targets].flatMap((name) => stage(name).instructions);
    expect(shipped.filter((instruction) => instruction.getKeyword() === 'RUN')).toEqual([]);
  });

  it('ships neither sources nor development packages', () => {
    const shipped = ['runtime', ...targets]
      .flatMap((name) => stage(name).instructions)
      .filter((line) => line.getKeyword() === 'COPY');
    expect(shipped.map((line) => copied(line as Copy)).map(({ from, sources }) => `${from}:${sources.join(' ')}`)).toEqual([
      'dependencies:/app/package.json',
      'dependencies:/app/node_modules',
      'build:/app/dist/apps/auth',
      'build:/app/dist/apps/portal',
    ]);
    expect(text).toMatch(/npm ci --omit=dev --ignore-scripts/);
  });

  it('copies only files that exist and that the ignore file does not exclude', () => {
    const wanted = stages
      .flatMap(({ instructions }) => instructions)
      .filter((instruction) => instruction.getKeyword() === 'COPY')
      .map((instruction) => copied(instruction as Copy))
      .flatMap(({ from, sources }) => (from ? [] : sources));
    const admitted = readFileSync(`${DOCKERFILE}.dockerignore`, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!'));
    expect(wanted.filter((path) => !existsSync(path))).toEqual([]);
    expect(wanted.toSorted()).toEqual(admitted.map((line) => line.slice(1)).toSorted());
  });

  it('has OCI labels', () => {
    const label = last('portal', 'LABEL')!.getRawArgumentsContent()!;
    for (const name of ['title', 'licenses', 'version', 'revision']) expect(label).toContain(`org.opencontainers.image.${name}=`);
  });
});

describe('the bake file', () => {
  interface Target {
    target?: string;
    platforms?: string[];
    attest?: string[];
    matrix?: { app: string[] };
  }
  const bake = JSON.parse(readFileSync('docker/bake.json', 'utf8')) as { target: Record<string, Target> };

  it('builds stages that exist', () => {
    expect(['auth', 'portal'].map((name) => bake.target[name]!.target)).toEqual(targets);
    expect(bake.target['release']!.matrix!.app).toEqual(targets);
  });

  it('releases for amd64 and arm64, with a bill of materials and provenance', () => {
    expect(bake.target['release']).toMatchObject({
      platforms: ['linux/amd64', 'linux/arm64'],
      attest: ['type=sbom', 'type=provenance,mode=max'],
    });
  });
});
