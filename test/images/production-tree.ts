import { execFileSync } from 'node:child_process';
import { chmodSync, constants, copyFileSync, cpSync, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Copy, JSONInstruction } from 'dockerfile-ast';
import { supervisor } from '../../tools/local/supervisor.ts';
import { commandOf, copied, lineage, stages } from './dockerfile.ts';

const WORKDIR = '/app';

/**
 * The content of an image below /app, made without a Docker engine: runs the COPY and RUN instructions of the Dockerfile in a clean
 * folder. The stage `build` is this workspace, which npm test has built with the same command.
 */
export function productionTree(target: string): string {
  // Not below a home directory: another user must be able to read it.
  const folder = mkdtempSync(join(tmpdir(), `baton-image-${target}-`));
  supervisor.removeAtEnd(folder);
  replay(target, folder);
  execFileSync('chmod', ['-R', 'a+rX,a-w', folder]);
  return folder;
}

function replay(target: string, folder: string): void {
  for (const { instructions } of lineage(target)) {
    for (const instruction of instructions) {
      const keyword = instruction.getKeyword();
      if (keyword === 'COPY') copy(copied(instruction as Copy), folder);
      if (keyword === 'RUN')
        execFileSync('sh', ['-c', commandOf(instruction as JSONInstruction)], { cwd: folder, stdio: 'pipe' });
    }
  }
}

function copy({ from, sources, to }: ReturnType<typeof copied>, folder: string): void {
  const origin = originOf(from);
  for (const source of sources) {
    const path = from ? relative(WORKDIR, source) : source;
    const destination = to.endsWith('/') ? join(folder, to, path) : join(folder, to);
    mkdirSync(join(destination, '..'), { recursive: true });
    cpSync(join(origin, path), destination, { recursive: true, verbatimSymlinks: true });
  }
}

const replayed = new Map<string, string>();

function originOf(from: string | null): string {
  if (from === null || from === 'build') return process.cwd();
  if (!stages.some(({ name }) => name === from)) throw new Error(`COPY --from=${from}: there is no such stage`);
  if (!replayed.has(from)) replayed.set(from, replayOnce(from));
  return replayed.get(from)!;
}

function replayOnce(from: string): string {
  const folder = mkdtempSync(join(tmpdir(), `baton-stage-${from}-`));
  supervisor.removeAtEnd(folder);
  replay(from, folder);
  return folder;
}

/** The path of a node that the image's user can run: the node of this test run, or a copy of it. */
export function readableNode(): string {
  const folder = mkdtempSync(join(tmpdir(), 'baton-node-'));
  supervisor.removeAtEnd(folder);
  chmodSync(folder, 0o755);
  const copyOfNode = join(folder, 'node');
  copyFileSync(process.execPath, copyOfNode, constants.COPYFILE_FICLONE);
  chmodSync(copyOfNode, 0o755);
  return copyOfNode;
}

/** Runs the stage `build` in a clean folder that holds only what the stage copies. The packages are those of this workspace. */
export function builtFromContext(): string {
  const folder = mkdtempSync(join(tmpdir(), 'baton-build-'));
  supervisor.removeAtEnd(folder);
  const instructions = lineage('build').flatMap((stage) => stage.instructions);
  for (const instruction of instructions) if (instruction.getKeyword() === 'COPY') copy(copied(instruction as Copy), folder);
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  execFileSync('npm', ['run', 'build'], { cwd: folder, stdio: 'pipe' });
  return folder;
}
