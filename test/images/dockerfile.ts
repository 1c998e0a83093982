import { readFileSync } from 'node:fs';
import { DockerfileParser, type Copy, type Dockerfile, type From, type Instruction, type JSONInstruction } from 'dockerfile-ast';

/** A build stage: its base image and its instructions in order. */
export interface Stage {
  name: string;
  base: string;
  instructions: Instruction[];
}

export const DOCKERFILE = 'docker/Dockerfile';
export const dockerfile: Dockerfile = DockerfileParser.parse(readFileSync(DOCKERFILE, 'utf8'));

export const stages: Stage[] = dockerfile.getInstructions().reduce<Stage[]>((found, instruction) => {
  if (instruction.getKeyword() !== 'FROM') return (found.at(-1)?.instructions.push(instruction), found);
  const from = instruction as From;
  return [...found, { name: from.getBuildStage() ?? '', base: from.getImage() ?? '', instructions: [] }];
}, []);

export function stage(name: string): Stage {
  const found = stages.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`${DOCKERFILE} has no stage ${name}`);
  return found;
}

/** The stage and the stages it is based on, base first: all instructions that make the image. */
export function lineage(name: string): Stage[] {
  const found = stages.find((candidate) => candidate.name === name);
  return found ? [...lineage(found.base), found] : [];
}

export const last = (name: string, keyword: string): Instruction | undefined =>
  lineage(name)
    .flatMap(({ instructions }) => instructions)
    .filter((instruction) => instruction.getKeyword() === keyword)
    .at(-1);

export const words = (instruction: Instruction): string[] => instruction.getArguments().map(String);

/** Sources and destination of a COPY, and the stage they come from, if any. */
export function copied(copy: Copy): { from: string | null; sources: string[]; to: string } {
  const from =
    copy
      .getFlags()
      .find((flag) => flag.getName() === 'from')
      ?.getValue() ?? null;
  const paths = words(copy);
  return { from, sources: paths.slice(0, -1), to: paths.at(-1)! };
}

/** The command of a RUN, without its `--mount` flags. */
export const commandOf = (run: JSONInstruction): string => words(run).join(' ');
