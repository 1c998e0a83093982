import { DeadlineError } from '../../kit/deadline.ts';

/** SQLSTATE classes 08 connection, 53 resources, 57P operator intervention; a standby; wrong credentials; missing tables. */
const OUTAGE_STATES = /^(08|53|57P|25006|28|3D000|42P01)/;
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

/** An error in words for the operator. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ((error as { code?: string }).code === '42P01') return 'its tables are missing; run "npm run migrate".';
  return error.message || ((error as { code?: string }).code ?? error.name);
}
