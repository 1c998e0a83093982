/** @seconds 50 */
import { testMatrix } from './matrix-suite.ts';

describe('while one thing is broken', () => {
  testMatrix();
});
