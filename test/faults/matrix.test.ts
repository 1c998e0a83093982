/** @seconds 50 */
import { testMatrix } from './matrix-suite.ts';

describe('during a single fault', () => {
  testMatrix();
});
