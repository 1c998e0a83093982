/** @seconds 65 */
import { rows } from './matrix.ts';
import { testMatrix } from './matrix-suite.ts';

/** The maximum: the revocation bound T. */
const SESSION_NEAR_CACHE_MS = '1000';

describe('during a single fault, near cache on', () => {
  testMatrix(rows('short', 'long'), { SESSION_NEAR_CACHE_MS });
});
