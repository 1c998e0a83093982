import { DeadlineError } from '../../kit/deadline.ts';

/** SQLSTATE classes 08 connection, 53 resources, 57P operator intervention; read-only; wrong credentials; an old schema. */
const OUTAGE_STATES = /^(08|53|57P|25006|28|3D000|42P01|42703)/;
const OUTAGE_CODES = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOST|ENET)/;

/** Whether an error means that Postgres is unavailable, rather than that a statement was wrong. */
export function isOutage(error: unknown): boolean {
  if (error === undefined || error === null) return false;
  if (error instanceof DeadlineError) return true;
  const { code, message } =
    (error as { driverError?: Error & { code?: string } }).driverError ?? (error as Error & { code?: string });
  if (code !== undefined) return OUTAGE_STATES.test(code) || OUTAGE_CODES.test(code);
  return /connection terminated|timeout exceeded when trying to connect|not queryable|Client was closed/i.test(message ?? '');
}

/** Postgres responds, but does not write: a standby, or default_transaction_read_only. */
export function isReadOnly(error: unknown): boolean {
  return codeOf(error) === '25006';
}

function codeOf(error: unknown): string | undefined {
  const { driverError = error } = error as { driverError?: unknown };
  return (driverError as { code?: string }).code;
}

/** An error in words for the operator. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (/^(42P01|42703)$/.test(codeOf(error) ?? '')) return 'its tables are missing or old; run "npm run migrate".';
  return error.message || ((error as { code?: string }).code ?? error.name);
}
