import { StoreUnavailableError } from '../../model/errors.ts';
import type { Codec } from '../../model/codec.ts';
import type { Attributes, SessionRecord } from '../../model/record.ts';

/** A row of table `session` as the driver returns it. */
export interface Row {
  key: string;
  public_id: string;
  proof: string;
  previous_proof: string | null;
  next_proof: string | null;
  renewed_at: Date;
  user_id: string | null;
  attributes: string;
  version: number;
  created_at: Date;
  authenticated_at: Date | null;
  last_seen_at: Date;
  idle_seconds: number;
  expires_at: Date;
  ip: string | null;
  user_agent: string | null;
  revoked_at: Date | null;
  recent_changes: string;
}

export const COLUMNS = `key, public_id, proof, previous_proof, next_proof, renewed_at, user_id, attributes, version::float8 AS version, created_at,
  authenticated_at, last_seen_at, idle_seconds, expires_at, ip, user_agent, revoked_at, recent_changes`;

export function toRecord(row: Row, codec: Codec): SessionRecord {
  return {
    key: row.key,
    publicId: row.public_id,
    proof: row.proof,
    previousProof: row.previous_proof,
    nextProof: row.next_proof,
    renewedAt: row.renewed_at.getTime(),
    userId: row.user_id,
    attributes: open(row, codec),
    version: row.version,
    createdAt: row.created_at.getTime(),
    authenticatedAt: row.authenticated_at?.getTime() ?? null,
    lastSeenAt: row.last_seen_at.getTime(),
    idleSeconds: row.idle_seconds,
    expiresAt: row.expires_at.getTime(),
    device: { ip: row.ip, userAgent: row.user_agent },
    revokedAt: row.revoked_at?.getTime() ?? null,
    readFrom: 'postgres',
  };
}

/** A row that does not open (foreign key, moved blob) is not "no session": nobody can tell what it held. */
function open(row: Row, codec: Codec): Attributes {
  try {
    return codec.decode(row.attributes, row.key) as Attributes;
  } catch (cause) {
    throw new StoreUnavailableError('postgres', `Session ${row.public_id} cannot be read.`, { cause });
  }
}
