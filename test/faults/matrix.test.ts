/** @seconds 50 */
import { readFileSync } from 'node:fs';
import { MATRIX } from './matrix.ts';
import { testMatrix } from './matrix-suite.ts';

describe('during a single fault', () => {
  testMatrix();
});

it('docs/faults.md contains this table', () => {
  const text = readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8');
  expect(text).toContain(MATRIX);
});
