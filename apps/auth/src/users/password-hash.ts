import { hash, parseOptions, verify } from '@node-rs/argon2';

/** The second choice of the OWASP password storage cheat sheet for Argon2id: 19 MiB, 2 passes, 1 lane. Argon2id is the library's default. */
export const ARGON2_PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Of the password as typed. */
export const hashPassword = (password: string): Promise<string> => hash(password, ARGON2_PARAMETERS);

/** As typed, else by NFKC: other keyboards compose the same characters otherwise (NIST 800-63B 3.1.1.2), and older hashes are of that form. */
export async function isPassword(passwordHash: string, password: string): Promise<boolean> {
  if (await verify(passwordHash, password)) return true;
  const normalised = password.normalize('NFKC');
  return normalised !== password && verify(passwordHash, normalised);
}

/** True when the hash was made with other parameters than today's. */
export function isOutdated(passwordHash: string): boolean {
  const { memoryCost, timeCost, parallelism } = parseOptions(passwordHash);
  const today = ARGON2_PARAMETERS;
  return memoryCost !== today.memoryCost || timeCost !== today.timeCost || parallelism !== today.parallelism;
}
