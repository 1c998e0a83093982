import { ConfigError } from './config/load-config.ts';

/** Why a program cannot start, in one sentence that names the remedy. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** Runs a program. A known error prints one sentence, not a stack, and exits with 1. */
export async function startProgram(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  }
}

/** Libraries that do not import this one throw errors named `StartError`. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigError || error.name === 'StartError') return error.message;
  const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  if (code === 'EADDRINUSE') return `Port ${port} is already in use: choose another with PORT, or stop the process that uses it.`;
  if (code === 'EACCES' && port)
    return `Port ${port} needs privileges that this user does not have: choose one above 1023 with PORT.`;
  if (code === 'EADDRNOTAVAIL') return `${address} is not an address of this machine: correct BIND_ADDRESS.`;
  return error.stack ?? error.message;
}
