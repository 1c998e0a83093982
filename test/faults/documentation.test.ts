import { readFileSync } from 'node:fs';
import { MATRIX } from './matrix.ts';

it('docs/faults.md contains this table', () => {
  const text = readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8');
  expect(text).toContain(MATRIX);
});
