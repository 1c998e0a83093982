import { redisTrusted, storesOfReplica } from '../../../../../test/support/backends.ts';
import { testRedis } from '../../../../../test/support/servers.ts';
import { keepsTheContract } from '../session-store.contract.ts';

keepsTheContract('redis', async () => {
  const options = { strategy: 'redis', redis: await testRedis() } as const;
  const [one, two] = [await storesOfReplica(options, redisTrusted), await storesOfReplica(options, redisTrusted)];
  return { store: one.store, other: two.store, knowsUsers: true };
});
