import { Account } from './account.ts';

describe('the known password of an account', () => {
  it('is the new one after an acknowledged change', async () => {
    const account = new Account('ada', 'old');
    await account.change(async () => 'done');
    expect(account).toMatchObject({ isCertain: true });
    expect(account.password).not.toBe('old');
  });

  it('is the old one after a refused change', async () => {
    const account = new Account('ada', 'old');
    await account.change(async () => 'refused');
    expect(account).toMatchObject({ isCertain: true, password: 'old' });
  });

  it('is uncertain during a change, and after a change without a response', async () => {
    const account = new Account('ada', 'old');
    await account.change(async () => {
      expect(account.isCertain).toBe(false);
      return 'unknown';
    });
    expect(account).toMatchObject({ isCertain: false, password: 'old' });
    account.wasRefused();
    expect(account.password).not.toBe('old');
  });
});
