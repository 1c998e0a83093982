import { z } from 'zod';
import { parse } from './parse.ts';
import { ProblemException } from './problem.exception.ts';

const schema = z.object({ name: z.string(), tags: z.array(z.object({ text: z.string() })).optional() });

function refusal(input: unknown): { status: number; fields: unknown } | null {
  try {
    parse(schema, input);
    return null;
  } catch (error) {
    const problem = error as ProblemException;
    return { status: problem.getStatus(), fields: (problem.getResponse() as { fields: unknown }).fields };
  }
}

describe('the body of a request', () => {
  it.each(['a\u0000b', '\u0000', 'a\ud800', '\udc00b'])('with the text %j, which Postgres cannot store, gets a 400', (text) => {
    expect(refusal({ name: text })).toEqual({ status: 400, fields: ['name'] });
    expect(refusal({ name: 'a', tags: [{ text: 'b' }, { text }] })).toEqual({ status: 400, fields: ['tags.1.text'] });
  });

  it.each(['', 'a\tb\n', '🐎', '\ufffd'])('may hold the text %j', (text) => expect(refusal({ name: text })).toBeNull());
});
