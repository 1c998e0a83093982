import { faultNames, type FaultName } from '../support/breakable/catalogue.ts';

/**
 * What users get during one fault at a time:
 *
 *   yes        every replica does it; acknowledged changes survive, revoked sessions stay revoked
 *   503        every replica responds with 503 and Retry-After, and does not change the cookie
 *   503 there  the one replica that is cut off responds with 503; the others do it
 *   elsewhere  the killed replica does not respond; the others do it
 *
 * A login and "log out everywhere" need the users and the list of sessions, which only Postgres has.
 */
export const MATRIX = `
| fault                                | read      | save      | login     | logout    | revoke-all |
| ------------------------------------ | --------- | --------- | --------- | --------- | ---------- |
| redis killed                         | yes       | yes       | yes       | yes       | yes        |
| redis frozen                         | yes       | yes       | yes       | yes       | yes        |
| redis flushed                        | yes       | yes       | yes       | yes       | yes        |
| redis restarted empty                | yes       | yes       | yes       | yes       | yes        |
| redis restarted from an older dump   | yes       | yes       | yes       | yes       | yes        |
| redis refuses writes                 | yes       | yes       | yes       | yes       | yes        |
| redis cut off from one replica       | yes       | yes       | yes       | yes       | yes        |
| redis link of one replica frozen     | yes       | yes       | yes       | yes       | yes        |
| redis replica promoted               | yes       | yes       | yes       | yes       | yes        |
| postgres killed                      | yes       | yes       | 503       | yes       | 503        |
| postgres frozen                      | yes       | yes       | 503       | yes       | 503        |
| postgres cut off from one replica    | yes       | yes       | 503 there | yes       | 503 there  |
| postgres link of one replica frozen  | yes       | yes       | 503 there | yes       | 503 there  |
| redis slow                           | yes       | yes       | yes       | yes       | yes        |
| postgres slow                        | yes       | yes       | yes       | yes       | yes        |
| postgres read-only                   | yes       | yes       | 503       | yes       | 503        |
| postgres standby promoted            | yes       | yes       | 503       | yes       | 503        |
| replica killed                       | elsewhere | elsewhere | elsewhere | elsewhere | elsewhere  |
`.trim();

/** `npm test` leaves these rows to `npm run test:long`. */
const LONG: FaultName[] = ['redis slow', 'postgres slow', 'postgres read-only', 'postgres standby promoted'];

/** Only `npm run chaos` injects these: two faults at once, or one whose effect depends on which replica it meets. */
const WITHOUT_ROW: FaultName[] = [
  'postgres short of connections',
  'postgres restarted while redis is slow',
  'redis restarted empty while postgres is slow',
];

export const OPERATIONS = ['read', 'save', 'login', 'logout', 'revoke-all'] as const;
export type OperationName = (typeof OPERATIONS)[number];
export type Cell = 'yes' | '503' | '503 there' | 'elsewhere';

export interface Row {
  fault: FaultName;
  cells: Record<OperationName, Cell>;
}

export type Duration = 'short' | 'long';

/** The rows of the table. @throws if a fault has no row. */
export function rows(...durations: Duration[]): Row[] {
  const parsed = MATRIX.split('\n').slice(2).map(row);
  const missing = faultNames.filter((name) => !WITHOUT_ROW.includes(name) && !parsed.some(({ fault }) => fault === name));
  if (missing.length > 0) throw new Error(`The matrix has no row for: ${missing.join(', ')}`);
  return parsed.filter(({ fault }) => durations.includes(LONG.includes(fault) ? 'long' : 'short'));
}

function row(line: string): Row {
  const [fault, ...cells] = line
    .split('|')
    .map((cell) => cell.trim())
    .slice(1, -1);
  return {
    fault: fault as FaultName,
    cells: Object.fromEntries(OPERATIONS.map((operation, index) => [operation, cells[index]])) as Record<OperationName, Cell>,
  };
}
