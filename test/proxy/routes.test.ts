import { testFront } from '../support/routes.ts';
import { startProxy } from './haproxy.ts';

describe('HAProxy', () => {
  testFront(async (replicas) => (await startProxy(replicas)).url);
});
