import type { Database, Tx } from '@baton/session';
import { SecondFactors } from '../login/second-factors.ts';
import { PasskeyFactor } from './passkey-factor.ts';

/** Answers with a row, and says that it was asked. */
const connection = (name: string, asked: string[]): Tx => ({
  query: <T>() => {
    asked.push(name);
    return Promise.resolve([{ id: '1' }] as T[]);
  },
});

it('is looked up in the transaction of the login: with a connection more, logins could wait for each other', async () => {
  const asked: string[] = [];
  const factors = new SecondFactors();
  const passkey = new PasskeyFactor(connection('pool', asked) as unknown as Database, factors);
  expect(factors.kinds).toEqual([passkey]);
  expect(await factors.of('ada', connection('transaction', asked))).toMatchObject([{ name: 'passkey' }]);
  expect(await factors.of('ada')).toMatchObject([{ name: 'passkey' }]);
  expect(asked).toEqual(['transaction', 'pool']);
});
