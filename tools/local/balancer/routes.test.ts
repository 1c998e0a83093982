import { onCleanup } from '../../../test/support/cleanup.ts';
import { type Stub, testFront } from '../../../test/support/routes.ts';
import { startBalancer } from './balancer.ts';

async function balancerFor(replicas: { auth: [Stub]; portal: [Stub] }): Promise<string> {
  const balancer = await startBalancer(0, replicas);
  onCleanup(() => balancer.close());
  while (!Object.values(balancer.pools).every((pool) => ['auth', 'portal'].some((name) => pool.health(name) === 'ready'))) {
    await new Promise(setImmediate);
  }
  return `http://127.0.0.1:${balancer.port}`;
}

describe('the local balancer', () => {
  testFront(balancerFor);
});
