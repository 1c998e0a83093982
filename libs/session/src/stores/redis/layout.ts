import type { Codec } from '../../model/codec.ts';
import { tagOf } from '../../model/id.ts';
import { userIdOf, type Attributes, type Device, type SessionRecord } from '../../model/record.ts';

/** All 256 hash tags: the first byte of a session's key, in hex. */
export const ALL_TAGS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Length of a session's key: an HMAC-SHA-256 in base64url. */
export const KEY_LENGTH = 43;

/** The names of everything this library stores in Redis. */
export class RedisKeys {
  /** Which generation Redis holds, and for which server it was made: `<generation>|<run id>`. */
  readonly generation: string;
  readonly drainLock: string;
  /** When replicas last used this Redis, and Postgres beside it: a hash, see `BEAT`. */
  readonly state: string;

  /** `name` is the prefix of all keys. */
  constructor(private readonly name: string) {
    this.generation = `${name}:generation`;
    this.drainLock = `${name}:drain`;
    this.state = `${name}:state`;
  }

  /** The value of one session. Every request needs it, so nothing else is built here. */
  session(key: string, generation: number): string {
    return `${this.name}:{${tagOf(key)}}:${generation}:${key}`;
  }

  /** All keys of one session. The braces make Redis Cluster keep them in one slot, so that a script may use them together. */
  of(key: string, generation: number) {
    const session = this.session(key, generation);
    return { session, lease: `${session}:lease`, pending: `${session}:pending`, dirty: this.dirty(tagOf(key), generation) };
  }

  /** The set of dirty sessions (Redis is ahead of Postgres) with this tag. */
  dirty(tag: string, generation: number): string {
    return `${this.name}:{${tag}}:${generation}:dirty`;
  }

  /** Matches the keys of all sessions, and of what belongs to them. */
  pattern(generation: number): string {
    return `${this.name}:{*}:${generation}:*`;
  }
}

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
  device?: Device | null,
  mac?: string,
];

/**
 * `<version>|<json>`: scripts compare versions without parsing JSON. An array, and times relative to the creation, because
 * many sessions need much Redis memory. The device stays in Postgres unless Redis is the only store. Sealed attributes are a
 * string, and a MAC of everything, key and version included, is the last element; versions without MACs ignore it.
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
  const device = withDevice ? record.device : null;
  const mac = codec.mac(sealed, restOf(record, fields, device));
  const attributes = mac === '' ? sealed : JSON.stringify(sealed);
  const rest = mac !== '' ? `,${JSON.stringify(device)},"${mac}"` : withDevice ? `,${JSON.stringify(device)}` : '';
  return `${record.version}|${JSON.stringify(fields).slice(0, -1)},${attributes}${rest}]`;
}

/** What the MAC covers beside the attributes. */
const restOf = ({ key, version }: { key: string; version: number }, fields: unknown[], device: Device | null): string =>
  JSON.stringify([key, version, fields, device]);

/** The position of the attributes. */
const SEALED_AT = 10;

const UNKNOWN_DEVICE: Device = { ip: null, userAgent: null };

export function decodeValue(value: string, key: string, codec: Codec): SessionRecord {
  const bar = value.indexOf('|');
  const version = Number(value.slice(0, bar));
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
    mac,
  ] = fields;
  const opened = () => {
    if (typeof sealed !== 'string') return codec.clear(sealed);
    codec.verify(sealed, restOf({ key, version }, fields.slice(0, SEALED_AT), device ?? null), mac);
    return codec.decode(sealed, key);
  };
  const attributes = opened() as Attributes;
  return {
    key,
    publicId,
    proof,
    previousProof: previousProof === 0 ? null : previousProof,
    nextProof: nextProof === 0 ? null : nextProof,
    renewedAt: createdAt + renewed,
    userId: userIdOf(attributes),
    attributes,
    version,
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
