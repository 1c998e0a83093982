/** @seconds 50 */
import { rows } from './matrix.ts';
import { testMatrix } from './matrix-suite.ts';

describe('during a single fault', () => {
  testMatrix(rows('short'));
});
