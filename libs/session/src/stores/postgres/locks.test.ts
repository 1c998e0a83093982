import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ADVISORY_LOCKS } from './locks.ts';

const root = resolve(import.meta.dirname, '../../../../..');
/** A number typed where the table should be named. */
const LITERAL = /7_?202_?6\d\d|advisory\w*lock\(\d/;

describe('the advisory locks', () => {
  it('have a number each', () => {
    const numbers = Object.values(ADVISORY_LOCKS);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('are taken by their name in the table, nowhere by number', () => {
    const sources = globSync('{apps,libs}/**/*.{ts,tsx}', { cwd: root }).filter((file) => !/locks(\.test)?\.ts$/.test(file));
    expect(sources.length).toBeGreaterThan(100);
    const offenders = sources.filter((file) => LITERAL.test(readFileSync(join(root, file), 'utf8')));
    expect(offenders).toEqual([]);
  });
});
