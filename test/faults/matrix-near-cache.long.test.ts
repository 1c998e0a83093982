/** @seconds 50 */
import { testMatrix } from './matrix-suite.ts';

/** The longest that is allowed: the revocation bound. */
const SESSION_NEAR_CACHE_MS = '1000';

describe('while one thing is broken, near cache on', () => {
  testMatrix({ SESSION_NEAR_CACHE_MS });
});
