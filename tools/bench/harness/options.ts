/** The options of `npm run bench -- <parts> --rounds 5 ...`. */
import { parseArgs } from 'node:util';

export const PARTS = ['read', 'write', 'lookup', 'scale', 'freeze', 'logins', 'profile'] as const;
export type Part = (typeof PARTS)[number];

export interface Options {
  parts: Part[];
  rounds: number;
  seconds: number;
  warmUpSeconds: number;
  connections: number;
  /** Empty: all stacks. */
  stacks: string[];
  /** The largest number of sessions in the scale part. */
  sessions: number;
  /** Another checkout of this project, whose Baton is measured beside this one; empty: none. */
  against: string;
  /** Where results are written; use another folder to keep docs/benchmarks unchanged. */
  out: string;
}

const USAGE = `npm run bench -- [${PARTS.join('] [')}]
  --rounds 5           alternating rounds per stack
  --seconds 3          length of one round
  --warm-up 2          seconds of load before the first round of a stack
  --connections 50     keep-alive connections
  --stacks a,b         only these stacks
  --against ../before  measure the Baton of another checkout beside this one
  --sessions 1000000   largest number of sessions of the scale part
  --out docs/benchmarks`;

function isPart(word: string): word is Part {
  return (PARTS as readonly string[]).includes(word);
}

function parseParts(words: string[]): Part[] {
  const unknown = words.filter((word) => !isPart(word));
  if (unknown.length) throw new Error(`Unknown part: ${unknown.join(', ')}\n\n${USAGE}`);
  return words.length ? words.filter(isPart) : [...PARTS];
}

export function parseOptions(args: string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      'warm-up': { type: 'string', default: '2' },
      connections: { type: 'string', default: '50' },
      stacks: { type: 'string', default: '' },
      against: { type: 'string', default: '' },
      sessions: { type: 'string', default: '1000000' },
      out: { type: 'string', default: 'docs/benchmarks' },
    },
  });
  return {
    parts: parseParts(positionals),
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    warmUpSeconds: Number(values['warm-up']),
    connections: Number(values.connections),
    stacks: values.stacks.split(',').filter(Boolean),
    against: values.against,
    sessions: Number(values.sessions),
    out: values.out,
  };
}
