import { plainCodec, type Codec } from '../../model/codec.ts';
import { RemovedKeyError, UnreadableSessionError } from '../../model/errors.ts';
import { userIdOf, type Attributes, type Device, type NewSession, type SessionRecord } from '../../model/record.ts';

/** The fields of a record that have a column. The device is two columns. */
type Field = Exclude<keyof SessionRecord, 'device' | 'readFrom'> | keyof Device;

export interface Column {
  readonly name: string;
  readonly type: 'text' | 'bigint' | 'integer' | 'timestamptz';
  readonly nullable?: true;
  /** True: a change of the session may write it. */
  readonly changes?: true;
  /** What a new session puts there. Without it, the column's default. */
  readonly insert?: (session: NewSession, sealed: string) => unknown;
  /** The SQL around that parameter: Postgres's clock sets the times. */
  readonly insertAs?: (parameter: string) => string;
}

/** Table `session`, the system of record. Every statement is made from this; fields are explained at SessionRecord. */
const TABLE: Record<Field, Column> = {
  key: { name: 'key', type: 'text', insert: ({ key }) => key },
  publicId: { name: 'public_id', type: 'text', insert: ({ publicId }) => publicId },
  proof: { name: 'proof', type: 'text', changes: true, insert: ({ proof }) => proof },
  previousProof: { name: 'previous_proof', type: 'text', nullable: true, changes: true },
  nextProof: { name: 'next_proof', type: 'text', nullable: true, changes: true },
  renewedAt: { name: 'renewed_at', type: 'timestamptz', changes: true },
  userId: { name: 'user_id', type: 'text', nullable: true, changes: true, insert: ({ attributes }) => userIdOf(attributes) },
  attributes: { name: 'attributes', type: 'text', changes: true, insert: (_, sealed) => sealed },
  version: { name: 'version', type: 'bigint', insert: () => 1 },
  createdAt: { name: 'created_at', type: 'timestamptz' },
  authenticatedAt: {
    name: 'authenticated_at',
    type: 'timestamptz',
    nullable: true,
    changes: true,
    insert: ({ authenticated }) => authenticated,
    insertAs: (parameter) => `CASE WHEN ${parameter} THEN now() END`,
  },
  lastSeenAt: { name: 'last_seen_at', type: 'timestamptz' },
  idleSeconds: { name: 'idle_seconds', type: 'integer', insert: ({ idleSeconds }) => idleSeconds },
  expiresAt: {
    name: 'expires_at',
    type: 'timestamptz',
    insert: ({ absoluteSeconds }) => absoluteSeconds,
    insertAs: (parameter) => `now() + make_interval(secs => ${parameter})`,
  },
  ip: { name: 'ip', type: 'text', nullable: true, insert: ({ device }) => device.ip },
  userAgent: { name: 'user_agent', type: 'text', nullable: true, insert: ({ device }) => device.userAgent },
  revokedAt: { name: 'revoked_at', type: 'timestamptz', nullable: true },
};

export const COLUMNS = Object.entries(TABLE).map(([field, column]) => ({ field: field as Field, ...column }));
export const CHANGING = COLUMNS.filter(({ changes }) => changes);
const INSERTED = COLUMNS.filter(({ insert }) => insert);
const OWN = COLUMNS.filter(({ field }) => field !== 'ip' && field !== 'userAgent');

/** The condition for a live session, by Postgres's clock. In statements with LIVE, $1 is the touch interval in seconds. */
export const UNREVOKED = `revoked_at IS NULL AND expires_at > now() AND created_at > (SELECT created_after FROM session_cache)`;
export const LIVE = `${UNREVOKED} AND last_seen_at + make_interval(secs => idle_seconds + $1) > now()`;

export const epochMs = (time: string) => `floor(extract(epoch FROM ${time}) * 1000)::float8`;

/** A row as the driver returns it. */
export interface Row {
  readonly key: string;
  readonly public_id: string;
  readonly attributes: string;
  /** Ids of the last writes, newest first: a write whose response was lost can be recognized. */
  readonly recent_changes: string;
  readonly [column: string]: unknown;
}

/** What FIND returns; `key` is null if there is no live session. */
export type FoundRow = (Row | { readonly key: null }) & { readonly caught_up: boolean };

/** What a SELECT lists to get a `Row`. */
export const SELECTED = [
  ...COLUMNS.map(({ name, type }) => (type === 'bigint' ? `${name}::float8 AS ${name}` : name)),
  'recent_changes',
].join(', ');

export const INSERT_SESSION = `INSERT INTO session (${INSERTED.map(({ name }) => name).join(', ')})
   VALUES (${INSERTED.map(({ insertAs }, i) => insertAs?.(`$${i + 1}`) ?? `$${i + 1}`).join(', ')})`;

export function insertValues(session: NewSession, codec: Codec): unknown[] {
  const sealed = codec.encode(session.attributes, session.key);
  return INSERTED.map(({ insert }) => insert!(session, sealed));
}

/** A field as a parameter. Times are epoch milliseconds: `asColumn` converts them. */
export function parameterOf(record: SessionRecord, field: Field, codec: Codec): unknown {
  if (field === 'ip' || field === 'userAgent') return record.device[field];
  return field === 'attributes' ? codec.encode(record.attributes, record.key) : record[field];
}

const ARRAYS = { text: 'text[]', bigint: 'int8[]', integer: 'int4[]', timestamptz: 'float8[]' };

/** For statements that change many rows: an array for each changing column, as parameters from `$first` on. */
export const changingArrays = (first: number) => CHANGING.map(({ type }, i) => `$${i + first}::${ARRAYS[type]}`).join(', ');
export const CHANGING_NAMES = CHANGING.map(({ name }) => name).join(', ');
export const SET_CHANGING = CHANGING.map((column) => `${column.name} = ${asColumn(column, `c.${column.name}`)}`).join(', ');
export const changingValues = (records: readonly SessionRecord[], codec: Codec): unknown[][] =>
  CHANGING.map(({ field }) => records.map((record) => parameterOf(record, field, codec)));

export function asColumn({ type }: Column, parameter: string): string {
  return type === 'timestamptz' ? `to_timestamp(${parameter} / 1000.0)` : parameter;
}

export function toRecord(row: Row, codec: Codec): SessionRecord {
  const record: Record<string, unknown> = {};
  for (const { field, name } of OWN) {
    const value = row[name];
    record[field] = value instanceof Date ? value.getTime() : value;
  }
  record['attributes'] = decode(row, codec);
  record['device'] = { ip: row['ip'], userAgent: row['user_agent'] };
  record['readFrom'] = 'postgres';
  return record as unknown as SessionRecord;
}

/** Null: the encryption key of the row was removed, which ends the session. */
export function toReadable(row: Row, codec: Codec): SessionRecord | null {
  try {
    return toRecord(row, codec);
  } catch (error) {
    if (error instanceof RemovedKeyError) return null;
    throw error;
  }
}

/** For revocations: they need no attributes, and also end a session that does not decode. */
export function withoutAttributes(row: Row): SessionRecord {
  return toRecord(row, { ...plainCodec, decode: () => ({}) });
}

/** A row that does not decode is not a missing session. */
function decode(row: Row, codec: Codec): Attributes {
  try {
    return codec.decode(row.attributes, row.key) as Attributes;
  } catch (cause) {
    if (cause instanceof RemovedKeyError) throw cause;
    throw new UnreadableSessionError('postgres', `Session ${row.public_id} cannot be decoded.`, { cause });
  }
}
