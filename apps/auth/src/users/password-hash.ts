import { hash, parseOptions, verify } from '@node-rs/argon2';

/** The second choice of the OWASP password storage cheat sheet for Argon2id: 19 MiB, 2 passes, 1 lane. Argon2id is the library's default. */
export const ARGON2_PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** NIST 800-63B 3.1.1.2: the same characters are the same password on every keyboard. Nothing is cut or changed in case. */
const asTyped = (password: string): string => password.normalize('NFKC');

export const hashPassword = (password: string): Promise<string> => hash(asTyped(password), ARGON2_PARAMETERS);

export const isPassword = (passwordHash: string, password: string): Promise<boolean> => verify(passwordHash, asTyped(password));

/** True when the hash was made with other parameters than today's. */
export function isOutdated(passwordHash: string): boolean {
  const { memoryCost, timeCost, parallelism } = parseOptions(passwordHash);
  const today = ARGON2_PARAMETERS;
  return memoryCost !== today.memoryCost || timeCost !== today.timeCost || parallelism !== today.parallelism;
}
