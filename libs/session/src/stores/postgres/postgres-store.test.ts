import { postgresUp, sessionDatabase, storesOfReplica } from '../../../../../test/support/backends.ts';
import { keepsTheContract } from '../session-store.contract.ts';

keepsTheContract('postgres', async () => {
  const options = { strategy: 'postgres', databaseUrl: await sessionDatabase() } as const;
  const [one, two] = [await storesOfReplica(options, postgresUp), await storesOfReplica(options, postgresUp)];
  return { store: one.store, other: two.store, knowsUsers: true };
});
