import { randomBytes } from 'node:crypto';
import { applyChange, type Change } from '../../model/change.ts';
import type { Codec } from '../../model/codec.ts';
import { StoreUnavailableError } from '../../model/errors.ts';
import type { SessionRecord } from '../../model/record.ts';
import { Batcher } from '../../kit/batcher.ts';
import {
  CHANGING,
  CHANGING_NAMES,
  LIVE,
  SET_CHANGING,
  changingArrays,
  changingValues,
  epochMs,
  toReadable,
  type FoundRow,
  type Row,
} from './columns.ts';
import type { Database } from './database.ts';
import { eventOf, writeEvents, type NewEvent } from './events.ts';
import { FIND, nowOf } from './statements.ts';

/**
 * Compare-and-set of many rows. $2 keys, $3 versions, then an array for each changing column, last the ids of the writes.
 * Rows are locked in the order of their keys, as everywhere, so that two replicas cannot deadlock.
 */
const UPDATE = {
  name: 'session-update',
  text: `WITH change AS (
     SELECT * FROM unnest($2::text[], $3::int8[], ${changingArrays(4)}, $${CHANGING.length + 4}::text[])
       AS c(key, version, ${CHANGING_NAMES}, change_id)
   ), locked AS (
     SELECT key FROM session WHERE key = ANY($2::text[]) AND ${LIVE} ORDER BY key FOR UPDATE
   )
   UPDATE session s
   SET ${SET_CHANGING},
       version = s.version + 1, last_seen_at = now(), recent_changes = left(c.change_id || ' ' || s.recent_changes, 320)
   FROM change c JOIN locked USING (key)
   WHERE s.key = c.key AND s.version = c.version
   RETURNING s.key, ${epochMs('s.last_seen_at')} AS "lastSeenAt"`,
};

interface Save {
  readonly key: string;
  readonly change: Change;
  readonly base: SessionRecord | undefined;
}

/** All changes of one session in one batch; they become one write. */
interface Group {
  readonly key: string;
  base: SessionRecord | undefined;
  /** The highest version that a caller has loaded. */
  loadedVersion: number;
  readonly saves: { save: Save; index: number }[];
}

interface Changed {
  readonly base: SessionRecord;
  readonly next: { -readonly [field in keyof SessionRecord]: SessionRecord[field] };
}

interface WrittenRow {
  readonly key: string;
  readonly lastSeenAt: number;
}

interface Write {
  readonly changeId: string;
  readonly announced: boolean;
}

/** The write may have happened. Once Postgres responds again, its id shows whether it did. */
export class UncertainSaveError extends StoreUnavailableError {
  constructor(
    readonly changeId: string,
    cause: Error,
  ) {
    super('postgres', cause.message, { cause });
  }
}

/** A caller loaded a higher version than Postgres has: Redis has changes that must come to Postgres first. */
export class BehindError extends StoreUnavailableError {
  constructor() {
    super('postgres', 'Postgres does not have the latest changes of this session yet.');
  }
}

export interface Saved {
  readonly record: SessionRecord;
  /** True: an unapplied event was written in the same transaction. */
  readonly announced: boolean;
}

type Outcome = SessionRecord | null | Error;

/** Group commit: concurrent saves of this replica share one statement and one commit. */
export class SaveQueue {
  private readonly batch: Batcher<Save, Saved | null>;

  constructor(
    private readonly database: Database,
    private readonly codec: Codec,
    private readonly touchSeconds: number,
    private readonly copy: { readonly trusted: boolean } | null,
  ) {
    this.batch = new Batcher((saves) => this.commit(saves), { serial: true });
  }

  add(key: string, change: Change, base?: SessionRecord): Promise<Saved | null> {
    return this.batch.add({ key, change, base });
  }

  private async commit(saves: Save[]): Promise<(Saved | null | Error)[]> {
    const outcomes: Outcome[] = saves.map(() => null);
    const write: Write = { changeId: randomBytes(5).toString('base64url'), announced: this.copy?.trusted === false };
    try {
      let open = grouped(saves);
      const giveUpAt = Date.now() + this.database.options.deadlineMs * 2;
      for (let round = 0; open.length > 0; round++) {
        if (Date.now() > giveUpAt) throw new StoreUnavailableError('postgres', 'Too many concurrent changes of one session.');
        open = await this.attempt(open, outcomes, write, round > 0);
      }
      return outcomes.map((outcome) =>
        outcome === null || outcome instanceof Error ? outcome : { record: outcome, announced: write.announced },
      );
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      return outcomes.map((outcome) => (outcome instanceof Error ? outcome : new UncertainSaveError(write.changeId, error)));
    }
  }

  /** One round of compare-and-set. Returns the groups with a conflict. */
  private async attempt(groups: Group[], outcomes: Outcome[], write: Write, reread: boolean): Promise<Group[]> {
    await this.readBases(reread ? groups : groups.filter((group) => group.base === undefined));
    for (const group of groups.filter(isBehind)) for (const { index } of group.saves) outcomes[index] = new BehindError();
    const live = groups.filter((group) => group.base !== undefined && !isBehind(group));
    // The UPDATE itself stamps the use of a session. Renewals are judged and stamped by the time of Postgres before it.
    const now = live.some(hasRenewal) ? await nowOf(this.database) : 0;
    const results = live.map((group) => ({ group, base: group.base!, next: applyAll(group, outcomes, now) }));
    const changed = results.filter(({ base, next }) => next !== base);
    if (changed.length === 0) return [];
    const written = await this.write(changed, write);
    const conflicts = changed.filter(({ next }) => !written.has(next.key)).map(({ group }) => group);
    for (const { next } of changed) next.lastSeenAt = written.get(next.key) ?? next.lastSeenAt;
    for (const group of conflicts)
      for (const { index } of group.saves) if (!(outcomes[index] instanceof Error)) outcomes[index] = null;
    return conflicts;
  }

  private async readBases(groups: Group[]): Promise<void> {
    if (groups.length === 0) return;
    const rows = await this.database.query<FoundRow>(FIND, [this.touchSeconds, groups.map((group) => group.key), false]);
    const live = rows.filter((row): row is FoundRow & Row => row.key !== null);
    const found = new Map(live.map((row) => [row.key, toReadable(row, this.codec) ?? undefined]));
    for (const group of groups) group.base = found.get(group.key);
  }

  /** Returns the time of each change, by key. Missing: a conflict. */
  private async write(changes: Changed[], { changeId, announced }: Write): Promise<Map<string, number>> {
    const records = changes.map(({ next }) => next);
    const params = [this.touchSeconds, ...arraysOf(records, this.codec), records.map(() => changeId)];
    const events = changes.map((change) => ({ key: change.next.key, about: eventsOf(change, announced) }));
    if (!events.some(({ about }) => about.length > 0)) return timesIn(await this.database.query<WrittenRow>(UPDATE, params));
    return this.database.transaction(async (tx) => {
      const written = timesIn(await tx.query<WrittenRow>(UPDATE.text, params));
      await writeEvents(
        tx,
        events.filter(({ key }) => written.has(key)).flatMap(({ about }) => about),
      );
      return written;
    });
  }
}

function timesIn(rows: WrittenRow[]): Map<string, number> {
  return new Map(rows.map(({ key, lastSeenAt }) => [key, lastSeenAt]));
}

function hasRenewal({ saves }: Group): boolean {
  return saves.some(({ save }) => save.change.kind === 'renew');
}

/** A renewed or unused id is for the audit log; any change is for the repair, while this replica cannot update Redis. */
function eventsOf({ base, next }: Changed, announced: boolean): NewEvent[] {
  const isRotated = next.proof !== base.proof;
  const isUnused = base.nextProof !== null && next.nextProof !== null && (isRotated || next.nextProof !== base.nextProof);
  return [
    ...(isUnused ? [eventOf('unused', next, { unapplied: false })] : []),
    ...(isRotated ? [eventOf('rotated', next, { unapplied: false })] : []),
    ...(announced ? [eventOf('changed', next, { unapplied: true })] : []),
  ];
}

function grouped(saves: Save[]): Group[] {
  const groups = new Map<string, Group>();
  saves.forEach((save, index) => {
    const group = groups.get(save.key) ?? { key: save.key, base: undefined, loadedVersion: 0, saves: [] };
    groups.set(save.key, group);
    group.saves.push({ save, index });
    if (save.base === undefined || save.base.version <= group.loadedVersion) return;
    group.base = save.base;
    group.loadedVersion = save.base.version;
  });
  return [...groups.values()];
}

function isBehind({ base, loadedVersion }: Group): boolean {
  return base !== undefined && base.version < loadedVersion;
}

/** Folds all changes of the group into one next version. A change that fails (too large) does not fail the others. */
function applyAll(group: Group, outcomes: Outcome[], now: number): Changed['next'] {
  const base = group.base!;
  let next = base;
  const applied: number[] = [];
  for (const { save, index } of group.saves) {
    try {
      next = applyChange(next, save.change, now);
      applied.push(index);
    } catch (error) {
      outcomes[index] = error as Error;
    }
  }
  const result: SessionRecord = next === base ? base : { ...next, version: base.version + 1, readFrom: 'postgres' };
  for (const index of applied) outcomes[index] = result;
  return result;
}

/** The arrays of UPDATE. The version is the one to compare with. */
function arraysOf(records: SessionRecord[], codec: Codec): unknown[] {
  return [records.map(({ key }) => key), records.map(({ version }) => version - 1), ...changingValues(records, codec)];
}
