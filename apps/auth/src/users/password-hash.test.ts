import { hash, verify } from '@node-rs/argon2';
import { ARGON2_PARAMETERS, hashPassword, isOutdated, isPassword } from './password-hash.ts';

describe('a password hash', () => {
  it('is Argon2id with the parameters of OWASP, and different each time', async () => {
    const [one, two] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
  });

  it('belongs to exactly that password, typed in whichever Unicode form', async () => {
    const stored = await hashPassword('Zürich-Über');
    expect(await isPassword(stored, 'Zürich-Über'.normalize('NFD'))).toBe(true);
    expect(await isPassword(stored, 'zürich-über')).toBe(false);
    expect(await isPassword(stored, 'Zürich-Über ')).toBe(false);
  });

  it('is made of the characters as typed', async () => {
    const stored = await hashPassword('ﬁve²');
    expect(await verify(stored, 'ﬁve²')).toBe(true);
    expect(await isPassword(stored, 'ﬁve²')).toBe(true);
    expect(await isPassword(stored, 'five2')).toBe(false);
  });

  it('of the version before, which normalised by NFKC, still belongs to its password', async () => {
    expect(await isPassword(await hash('five2', ARGON2_PARAMETERS), 'ﬁve²')).toBe(true);
  });

  it('is outdated when the parameters have changed', async () => {
    expect(isOutdated(await hashPassword('x'))).toBe(false);
    expect(isOutdated(await hash('x', { memoryCost: 8192, timeCost: 2, parallelism: 1 }))).toBe(true);
  });
});
