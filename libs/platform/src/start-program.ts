import { ConfigError } from './config/config-error.ts';

/** Why a program cannot start, in one sentence that names the remedy. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** Runs the main function of a program: a known reason not to start is one sentence on stderr and exit code 1, not a stack. */
export async function startProgram(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  }
}

/** Also errors of libraries that do not know this one, if they call themselves a StartError. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigError || error.name === 'StartError') return error.message;
  const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  if (code === 'EADDRINUSE') return `Port ${port} is already in use: choose another with PORT, or stop the process that uses it.`;
  if (code === 'EACCES' && port) return `Port ${port} may not be opened by this user: choose one above 1023 with PORT.`;
  if (code === 'EADDRNOTAVAIL') return `${address} is not an address of this machine: correct BIND_ADDRESS.`;
  return error.stack ?? error.message;
}
