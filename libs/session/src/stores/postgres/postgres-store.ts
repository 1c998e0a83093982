import { checkSize, type Change } from '../../model/change.ts';
import type { Codec } from '../../model/codec.ts';
import { TooManySessionsError } from '../../model/errors.ts';
import { userIdOf, type NewSession, type SessionRecord } from '../../model/record.ts';
import type { CreateOptions, RevokeAllOptions, SessionStore, Tx } from '../../model/store.ts';
import { Batcher } from '../../kit/batcher.ts';
import { ChangingStore } from '../changing-store.ts';
import { SELECTED, insertValues, toReadable, toRecord, withoutAttributes, type FoundRow, type Row } from './columns.ts';
import type { Database } from './database.ts';
import { eventOf, writeEvents } from './events.ts';
import { SaveQueue } from './save-queue.ts';
import { FIND, INSERT, LIST, LIST_KEYS_LOCKED, LIST_UNREVOKED_LOCKED, LOCK_USER, TOUCH, VOUCH, nowOf } from './statements.ts';

export interface PostgresStoreOptions {
  readonly touchSeconds: number;
  /** 0: no limit. */
  readonly maxPerUser: number;
  readonly limitPolicy: 'deny-new' | 'drop-oldest';
}

/** Redis, if it has a copy that must follow. While it is not trusted, changes are written as unapplied events as well. */
export type CopyState = { readonly trusted: boolean } | null;

/** A live session or null, and whether that can be believed: false, if Redis may have changes that Postgres lacks. */
export interface Sighting {
  readonly record: SessionRecord | null;
  readonly isCaughtUp: boolean;
}

/** Revoked sessions, and the ids of their events. */
export interface Revoked {
  readonly records: SessionRecord[];
  readonly eventIds: number[];
}

const REVOKE = `UPDATE session SET revoked_at = now()
   WHERE key = ANY($1::text[]) AND revoked_at IS NULL AND expires_at > now() RETURNING ${SELECTED}`;

const ERASE = `UPDATE session s SET attributes = e.attributes, ip = NULL, user_agent = NULL
   FROM unnest($1::text[], $2::text[]) AS e(key, attributes) WHERE s.key = e.key`;

/** No caller waits for a touch, so touches are collected for this long and written by one statement. */
const TOUCHES_MS = 250;

interface Touch {
  readonly key: string;
  /** performance.now() */
  readonly usedAt: number;
}

/** The system of record. Every statement is guarded: only `create` makes a row, and nothing revives an ended session. */
export class PostgresStore extends ChangingStore implements SessionStore {
  /** `change`, and whether it was announced as an event. */
  readonly saves: SaveQueue;
  private readonly touches = new Batcher<Touch, boolean>((touches) => this.touchAll(touches), { collectMs: TOUCHES_MS });
  private readonly announcements = new Batcher<SessionRecord, void>((records) => this.announceAll(records), { serial: true });
  private readonly finds = new Batcher<string, Sighting>((keys) => this.findAll(keys), { serial: true });

  constructor(
    readonly database: Database,
    readonly codec: Codec,
    readonly options: PostgresStoreOptions,
    private readonly copy: CopyState = null,
  ) {
    super();
    this.saves = new SaveQueue(database, codec, options.touchSeconds, copy);
  }

  async create(session: NewSession, options: CreateOptions = {}): Promise<SessionRecord> {
    return (await this.open(session, options)).record;
  }

  /** `create`, with the sessions that were revoked for it (drop-oldest). */
  async open(session: NewSession, options: CreateOptions = {}): Promise<{ record: SessionRecord; dropped: Revoked }> {
    checkSize(session.attributes);
    const userId = userIdOf(session.attributes);
    if (userId === null) return { record: await this.insert(this.database, session), dropped: { records: [], eventIds: [] } };
    return this.database.transaction(async (tx) => {
      await tx.query(LOCK_USER.text, [userId]);
      await options.guard?.(tx);
      const dropped = await this.makeRoom(tx, userId);
      const record = await this.insert(tx, session);
      const events = dropped.map((old) => eventOf('revoked', old, { reason: 'session limit', unapplied: this.copy !== null }));
      const ids = await writeEvents(tx, [...events, eventOf('created', record, { unapplied: false })]);
      return { record, dropped: { records: dropped, eventIds: ids.slice(0, -1) } };
    });
  }

  async find(key: string): Promise<SessionRecord | null> {
    return (await this.look(key)).record;
  }

  /** Concurrent reads share one statement: after a flush of Redis, every session is read from here. */
  look(key: string): Promise<Sighting> {
    return this.finds.add(key);
  }

  now(): Promise<number> {
    return nowOf(this.database);
  }

  async change(key: string, change: Change, base?: SessionRecord): Promise<SessionRecord | null> {
    return (await this.saves.add(key, change, base))?.record ?? null;
  }

  touch(record: SessionRecord): Promise<boolean> {
    return this.touches.add({ key: record.key, usedAt: performance.now() });
  }

  async revoke(key: string, reason: string): Promise<boolean> {
    return (await this.revokeKeys([key], reason)).records.length > 0;
  }

  async revokeAll(userId: string, options: RevokeAllOptions = {}): Promise<number> {
    return (await this.revokeUser(userId, options)).records.length;
  }

  async listByUser(userId: string): Promise<SessionRecord[]> {
    const rows = await this.database.read<Row>(LIST, [this.options.touchSeconds, userId]);
    return rows.map((row) => toReadable(row, this.codec)).filter((record) => record !== null);
  }

  /** `revoke` for several keys, with the revoked records. */
  revokeKeys(keys: string[], reason: string): Promise<Revoked> {
    return this.database.transaction((tx) => this.revokeRows(tx, keys, reason));
  }

  /** `revokeAll`, with the revoked records. */
  revokeUser(userId: string, options: RevokeAllOptions): Promise<Revoked> {
    return this.database.transaction(async (tx) => {
      await tx.query(LOCK_USER.text, [userId]);
      await options.within?.(tx);
      const rows = await tx.query<{ key: string }>(LIST_UNREVOKED_LOCKED.text, [userId]);
      const keys = rows.map((row) => row.key).filter((key) => key !== options.exceptKey);
      const revoked = await this.revokeRows(tx, keys, options.reason ?? 'revoke all');
      if (options.erase) await this.erase(tx, keys, userId);
      return revoked;
    });
  }

  /** Writes an unapplied event: a change that is committed here did not reach Redis. */
  announce(record: SessionRecord): Promise<void> {
    return this.announcements.add(record);
  }

  /** The session is live in Redis: touches it here, unless it was revoked or has expired. */
  async vouch(key: string): Promise<SessionRecord | null> {
    const [row] = await this.database.query<Row>(VOUCH, [key]);
    return row === undefined ? null : toRecord(row, this.codec);
  }

  private async touchAll(touches: Touch[]): Promise<boolean[]> {
    const now = performance.now();
    const keys = touches.map(({ key }) => key);
    const agoSeconds = touches.map(({ usedAt }) => (now - usedAt) / 1000);
    const rows = await this.database.query<{ key: string }>(TOUCH, [this.options.touchSeconds, keys, agoSeconds]);
    const touched = new Set(rows.map((row) => row.key));
    return keys.map((key) => touched.has(key));
  }

  private async announceAll(records: SessionRecord[]): Promise<void[]> {
    const events = records.map((record) => eventOf('changed', record, { unapplied: true }));
    await this.database.transaction((tx) => writeEvents(tx, events));
    return records.map(() => undefined);
  }

  private async findAll(keys: string[]): Promise<(Sighting | Error)[]> {
    const { ready } = this.database;
    const rows = await this.database.read<FoundRow>(FIND, [this.options.touchSeconds, [...new Set(keys)], !ready]);
    const isCaughtUp = rows[0]!.caught_up;
    const found = new Map(rows.map((row) => [row.key, this.decoded(row)]));
    return keys.map((key) => found.get(key) ?? { record: null, isCaughtUp });
  }

  /** A row that does not decode fails only its own reader. */
  private decoded(row: FoundRow): Sighting | Error {
    try {
      return { record: row.key === null ? null : toReadable(row, this.codec), isCaughtUp: row.caught_up };
    } catch (error) {
      return error as Error;
    }
  }

  private async insert(tx: Tx, session: NewSession): Promise<SessionRecord> {
    const [row] = await tx.query<Row>(INSERT.text, insertValues(session, this.codec));
    return toRecord(row!, this.codec);
  }

  /** Applies SESSION_MAX_PER_USER; exact, because the caller holds the user's lock. */
  private async makeRoom(tx: Tx, userId: string): Promise<SessionRecord[]> {
    const { maxPerUser, limitPolicy, touchSeconds } = this.options;
    if (maxPerUser === 0) return [];
    const open = await tx.query<{ key: string }>(LIST_KEYS_LOCKED.text, [touchSeconds, userId]);
    if (open.length < maxPerUser) return [];
    if (limitPolicy === 'deny-new') throw new TooManySessionsError(maxPerUser);
    const oldest = open.slice(0, open.length - maxPerUser + 1).map((row) => row.key);
    return (await tx.query<Row>(REVOKE, [oldest])).map(withoutAttributes);
  }

  /** The row stays until its end, so that nothing creates the session again. */
  private async erase(tx: Tx, keys: string[], userId: string): Promise<void> {
    const left = keys.map((key) => this.codec.encode({ user: { id: userId } }, key));
    await tx.query(ERASE, [keys, left]);
  }

  private async revokeRows(tx: Tx, keys: string[], reason: string): Promise<Revoked> {
    const records = (await tx.query<Row>(REVOKE, [keys])).map(withoutAttributes);
    const events = records.map((record) => eventOf('revoked', record, { reason, unapplied: this.copy !== null }));
    return { records, eventIds: await writeEvents(tx, events) };
  }
}
