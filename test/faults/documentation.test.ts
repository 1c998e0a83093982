import { readFileSync } from 'node:fs';
import { MATRIX } from './matrix.ts';

it('the table of docs/faults.md is this one', () => {
  const text = readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8');
  expect(text).toContain(MATRIX);
});
