import type { Change, Renewal } from '../../model/change.ts';
import { checkSize } from '../../model/change.ts';
import type { Codec } from '../../model/codec.ts';
import { TooManySessionsError } from '../../model/errors.ts';
import type { MergePatch } from '../../model/merge-patch.ts';
import { userIdOf, type Attributes, type NewSession, type SessionRecord } from '../../model/record.ts';
import type { CreateOptions, RevokeAllOptions, SessionStore, Tx } from '../../model/store.ts';
import { Batcher } from '../../kit/batcher.ts';

import type { Database } from './database.ts';
import { eventOf, writeEvents } from './events.ts';
import { toRecord, type Row } from './row.ts';
import { SaveQueue, type Saved } from './save-queue.ts';
import {
  FIND,
  INSERT,
  IS_LIVE,
  LIST,
  LIST_KEYS_LOCKED,
  LIST_UNENDED_LOCKED,
  LOCK_USER,
  REVOKE,
  SWEEP_EVENTS,
  SWEEP_EXPIRED,
  SWEEP_IDLE,
  TOUCH,
  VOUCH,
} from './statements.ts';

export interface PostgresStoreOptions {
  readonly touchSeconds: number;
  /** 0: no limit. */
  readonly maxPerUser: number;
  readonly limitPolicy: 'deny-new' | 'drop-oldest';
  /** True: somebody has to make Redis agree with what happens here. False: Postgres is the only store. */
  readonly hasCopy: boolean;
  /** The revocation bound T, in milliseconds. */
  readonly revocationMs: number;
  readonly announceChanges?: () => boolean;
}

/** What ended, with the numbers of the events that say so. */
export interface Revoked {
  readonly records: SessionRecord[];
  readonly eventIds: number[];
}

/** Nobody waits for a touch: they are collected this long and written by one statement. */
const TOUCHES_MS = 250;

interface Touch {
  readonly key: string;
  /** performance.now() */
  readonly usedAt: number;
}

/** The system of record. Every statement is guarded: nothing but `create` makes a row, and nothing makes an ended one live. */
export class PostgresStore implements SessionStore {
  private readonly saves: SaveQueue;
  private readonly touches = new Batcher<Touch, boolean>((touches) => this.touchAll(touches), { collectMs: TOUCHES_MS });
  private readonly finds = new Batcher<string, SessionRecord | null>((keys) => this.findAll(keys), { serial: true });

  constructor(
    readonly database: Database,
    readonly codec: Codec,
    readonly options: PostgresStoreOptions,
  ) {
    const announceChanges = options.announceChanges ?? (() => false);
    this.saves = new SaveQueue(database, codec, { touchSeconds: options.touchSeconds, announceChanges });
  }

  async create(session: NewSession, options: CreateOptions = {}): Promise<SessionRecord> {
    return (await this.open(session, options)).record;
  }

  /** `create`, and which sessions had to end for it (drop-oldest). */
  async open(session: NewSession, options: CreateOptions = {}): Promise<{ record: SessionRecord; dropped: Revoked }> {
    checkSize(session.attributes);
    const userId = userIdOf(session.attributes);
    if (userId === null) return { record: await this.insert(this.database, session), dropped: { records: [], eventIds: [] } };
    return this.database.transaction(async (tx) => {
      await tx.query(LOCK_USER.text, [userId]);
      await options.guard?.(tx);
      const dropped = await this.makeRoom(tx, userId);
      const record = await this.insert(tx, session);
      const events = dropped.map((old) => eventOf('revoked', old, { reason: 'session limit', unapplied: this.options.hasCopy }));
      const ids = await writeEvents(tx, [...events, eventOf('created', record, { unapplied: false })]);
      return { record, dropped: { records: dropped, eventIds: ids.slice(0, -1) } };
    });
  }

  /** Reads that fall together in one replica share one statement: after a flush of Redis every session is asked for. */
  find(key: string): Promise<SessionRecord | null> {
    return this.finds.add(key);
  }

  save(key: string, patch: MergePatch, base?: SessionRecord): Promise<SessionRecord | null> {
    return this.change(key, { kind: 'patch', patch }, base);
  }

  update(key: string, change: (attributes: Attributes) => Attributes, base?: SessionRecord): Promise<SessionRecord | null> {
    return this.change(key, { kind: 'update', change }, base);
  }

  renew(key: string, renewal: Renewal, base?: SessionRecord): Promise<SessionRecord | null> {
    return this.change(key, { kind: 'renew', ...renewal }, base);
  }

  /** `save`, `update` and `renew` for the composite: tells also whether Redis will hear of it. */
  write(key: string, change: Change, base?: SessionRecord): Promise<Saved | null> {
    return this.saves.add(key, change, base);
  }

  touch(record: SessionRecord): Promise<boolean> {
    return this.touches.add({ key: record.key, usedAt: performance.now() });
  }

  async revoke(key: string, reason: string): Promise<boolean> {
    return (await this.end([key], reason)).records.length > 0;
  }

  async revokeAll(userId: string, options: RevokeAllOptions = {}): Promise<number> {
    return (await this.endAll(userId, options)).records.length;
  }

  async listByUser(userId: string): Promise<SessionRecord[]> {
    const rows = await this.database.query<Row>(LIST, [this.options.touchSeconds, userId]);
    return rows.map((row) => toRecord(row, this.codec));
  }

  async isLive(publicId: string): Promise<boolean> {
    const rows = await this.database.query<{ key: string }>(IS_LIVE, [this.options.touchSeconds, publicId]);
    return rows.length > 0;
  }

  /** `revoke`, with what ended. */
  end(keys: string[], reason: string): Promise<Revoked> {
    return this.database.transaction((tx) => this.endRows(tx, keys, reason));
  }

  /** `revokeAll`, with what ended. */
  endAll(userId: string, options: RevokeAllOptions): Promise<Revoked> {
    return this.database.transaction(async (tx) => {
      await tx.query(LOCK_USER.text, [userId]);
      await options.within?.(tx);
      const rows = await tx.query<{ key: string }>(LIST_UNENDED_LOCKED.text, [userId]);
      const keys = rows.map((row) => row.key).filter((key) => key !== options.exceptKey);
      return this.endRows(tx, keys, options.reason ?? 'revoke all');
    });
  }

  /** Redis says that the session lived while Postgres was away: writes that down, unless it was revoked or is too old. */
  async vouch(key: string): Promise<SessionRecord | null> {
    const [row] = await this.database.query<Row>(VOUCH, [key]);
    return row === undefined ? null : toRecord(row, this.codec);
  }

  /** Deletes up to `limit` ended rows and returns how many. Only one replica sweeps at a time. `idle`: look also for those that nobody used. */
  async sweep(limit: number, idle = true): Promise<number> {
    return this.database.transaction(
      async (tx) => {
        const [lock] = await tx.query<{ mine: boolean }>('SELECT pg_try_advisory_xact_lock(7202613) AS mine');
        if (lock?.mine !== true) return 0;
        await tx.query(SWEEP_EVENTS.text, [limit]);
        const expired = (await tx.query(SWEEP_EXPIRED.text, [limit])).length;
        if (!idle || expired === limit) return expired;
        return expired + (await tx.query(SWEEP_IDLE.text, [this.options.touchSeconds, limit - expired])).length;
      },
      { deadlineMs: this.database.options.deadlineMs * 10 },
    );
  }

  private async touchAll(touches: Touch[]): Promise<boolean[]> {
    const now = performance.now();
    const keys = touches.map(({ key }) => key);
    const agoSeconds = touches.map(({ usedAt }) => (now - usedAt) / 1000);
    const rows = await this.database.query<{ key: string }>(TOUCH, [this.options.touchSeconds, keys, agoSeconds]);
    const touched = new Set(rows.map((row) => row.key));
    return keys.map((key) => touched.has(key));
  }

  private async findAll(keys: string[]): Promise<(SessionRecord | null | Error)[]> {
    const rows = await this.database.query<Row>(FIND, [this.options.touchSeconds, [...new Set(keys)]]);
    const found = new Map(rows.map((row) => [row.key, this.opened(row)]));
    return keys.map((key) => found.get(key) ?? null);
  }

  /** A row that cannot be read fails its own reader and nobody else. */
  private opened(row: Row): SessionRecord | Error {
    try {
      return toRecord(row, this.codec);
    } catch (error) {
      return error as Error;
    }
  }

  private async change(key: string, change: Change, base?: SessionRecord): Promise<SessionRecord | null> {
    return (await this.write(key, change, base))?.record ?? null;
  }

  private async insert(tx: Tx, session: NewSession): Promise<SessionRecord> {
    const { key, publicId, proof, attributes, authenticated, idleSeconds, absoluteSeconds, device } = session;
    const sealed = this.codec.encode(attributes, key);
    const values = [
      key,
      publicId,
      proof,
      userIdOf(attributes),
      sealed,
      authenticated,
      idleSeconds,
      absoluteSeconds,
      device.ip,
      device.userAgent,
    ];
    const [row] = await tx.query<Row>(INSERT.text, values);
    return toRecord(row!, this.codec);
  }

  /** SESSION_MAX_PER_USER, exact because the caller holds the user's lock. */
  private async makeRoom(tx: Tx, userId: string): Promise<SessionRecord[]> {
    const { maxPerUser, limitPolicy, touchSeconds } = this.options;
    if (maxPerUser === 0) return [];
    const open = await tx.query<{ key: string }>(LIST_KEYS_LOCKED.text, [touchSeconds, userId]);
    if (open.length < maxPerUser) return [];
    if (limitPolicy === 'deny-new') throw new TooManySessionsError(maxPerUser);
    const oldest = open.slice(0, open.length - maxPerUser + 1).map((row) => row.key);
    const rows = await tx.query<Row>(REVOKE.text, [oldest]);
    return rows.map((row) => toRecord(row, this.codec));
  }

  private async endRows(tx: Tx, keys: string[], reason: string): Promise<Revoked> {
    const rows = await tx.query<Row>(REVOKE.text, [keys]);
    const records = rows.map((row) => toRecord(row, this.codec));
    const events = records.map((record) => eventOf('revoked', record, { reason, unapplied: this.options.hasCopy }));
    return { records, eventIds: await writeEvents(tx, events) };
  }
}
