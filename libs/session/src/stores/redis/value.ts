import type { Codec } from '../../model/codec.ts';
import { userIdOf, type Attributes, type Device, type SessionRecord } from '../../model/record.ts';

/** The value of a revoked session. */
export const TOMBSTONE = 'x';

type Fields = [
  publicId: string,
  proof: string,
  previousProof: string | 0,
  nextProof: string | 0,
  renewedAt: number,
  createdAt: number,
  authenticatedAt: number,
  lastSeenAt: number,
  idleSeconds: number,
  expiresAt: number,
  attributes: Attributes | string,
  device?: Device,
];

/**
 * `<version>|<json>`: scripts compare versions without parsing JSON. An array, and times relative to the creation, because
 * many sessions need much Redis memory. The device stays in Postgres unless Redis is the only store.
 */
export function encodeValue(record: SessionRecord, codec: Codec, withDevice: boolean): string {
  const since = (at: number) => at - record.createdAt;
  const sealed = codec.encode(record.attributes, record.key);
  const fields: unknown[] = [
    record.publicId,
    record.proof,
    record.previousProof ?? 0,
    record.nextProof ?? 0,
    since(record.renewedAt),
    record.createdAt,
    record.authenticatedAt === null ? -1 : Math.max(0, since(record.authenticatedAt)),
    since(record.lastSeenAt),
    record.idleSeconds,
    since(record.expiresAt),
  ];
  const attributes = sealed.startsWith('{') ? sealed : JSON.stringify(sealed);
  const device = withDevice ? `,${JSON.stringify(record.device)}` : '';
  return `${record.version}|${JSON.stringify(fields).slice(0, -1)},${attributes}${device}]`;
}

const UNKNOWN_DEVICE: Device = { ip: null, userAgent: null };

export function decodeValue(value: string, key: string, codec: Codec): SessionRecord {
  const bar = value.indexOf('|');
  const fields = JSON.parse(value.slice(bar + 1)) as Fields;
  const [
    publicId,
    proof,
    previousProof,
    nextProof,
    renewed,
    createdAt,
    authenticated,
    seen,
    idleSeconds,
    expires,
    sealed,
    device,
  ] = fields;
  const attributes = typeof sealed === 'string' ? (codec.decode(sealed, key) as Attributes) : sealed;
  return {
    key,
    publicId,
    proof,
    previousProof: previousProof === 0 ? null : previousProof,
    nextProof: nextProof === 0 ? null : nextProof,
    renewedAt: createdAt + renewed,
    userId: userIdOf(attributes),
    attributes,
    version: Number(value.slice(0, bar)),
    createdAt,
    authenticatedAt: authenticated === -1 ? null : createdAt + authenticated,
    lastSeenAt: createdAt + seen,
    idleSeconds,
    expiresAt: createdAt + expires,
    device: device ?? UNKNOWN_DEVICE,
    revokedAt: null,
    readFrom: 'redis',
  };
}
