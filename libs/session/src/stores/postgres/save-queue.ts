import { randomBytes } from 'node:crypto';
import { applyChange, type Change } from '../../model/change.ts';
import type { Codec } from '../../model/codec.ts';
import { StoreUnavailableError } from '../../model/errors.ts';
import type { SessionRecord } from '../../model/record.ts';
import { Batcher } from '../../kit/batcher.ts';
import { CHANGING, CHANGING_NAMES, LIVE, SET_CHANGING, changingArrays, changingValues, toRecord, type Row } from './columns.ts';
import type { Database } from './database.ts';
import { eventOf, writeEvents, type NewEvent } from './events.ts';
import { FIND } from './statements.ts';

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
   RETURNING s.key`,
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
  readonly saves: { save: Save; index: number }[];
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
    const live = groups.filter((group) => group.base !== undefined);
    const results = live.map((group) => applyAll(group, outcomes));
    const changed = live.map((group, i) => ({ group, next: results[i]! })).filter(({ group, next }) => next !== group.base);
    if (changed.length === 0) return [];
    const written = await this.write(
      changed.map(({ group, next }) => ({ next, rotated: next.proof !== group.base!.proof })),
      write,
    );
    const conflicts = changed.filter(({ next }) => !written.has(next.key)).map(({ group }) => group);
    for (const group of conflicts)
      for (const { index } of group.saves) if (!(outcomes[index] instanceof Error)) outcomes[index] = null;
    return conflicts;
  }

  private async readBases(groups: Group[]): Promise<void> {
    if (groups.length === 0) return;
    const rows = await this.database.query<Row>(FIND, [this.touchSeconds, groups.map((group) => group.key)]);
    const found = new Map(rows.map((row) => [row.key, toRecord(row, this.codec)]));
    for (const group of groups) group.base = found.get(group.key);
  }

  private async write(
    changes: { next: SessionRecord; rotated: boolean }[],
    { changeId, announced }: Write,
  ): Promise<Set<string>> {
    const records = changes.map(({ next }) => next);
    const params = [this.touchSeconds, ...arraysOf(records, this.codec), records.map(() => changeId)];
    if (!announced && !changes.some(({ rotated }) => rotated)) {
      const rows = await this.database.query<{ key: string }>(UPDATE, params);
      return new Set(rows.map((row) => row.key));
    }
    return this.database.transaction(async (tx) => {
      const rows = await tx.query<{ key: string }>(UPDATE.text, params);
      const written = new Set(rows.map((row) => row.key));
      const events = changes.filter(({ next }) => written.has(next.key)).flatMap((change) => eventsOf(change, announced));
      await writeEvents(tx, events);
      return written;
    });
  }
}

/** A renewed id is for the audit log; any change is for the repair, while this replica cannot update Redis. */
function eventsOf({ next, rotated }: { next: SessionRecord; rotated: boolean }, announced: boolean): NewEvent[] {
  return [
    ...(rotated ? [eventOf('rotated', next, { unapplied: false })] : []),
    ...(announced ? [eventOf('changed', next, { unapplied: true })] : []),
  ];
}

function grouped(saves: Save[]): Group[] {
  const groups = new Map<string, Group>();
  saves.forEach((save, index) => {
    const group = groups.get(save.key) ?? { key: save.key, base: undefined, saves: [] };
    groups.set(save.key, group);
    group.saves.push({ save, index });
    if (save.base !== undefined && save.base.version > (group.base?.version ?? 0)) group.base = save.base;
  });
  return [...groups.values()];
}

/** Folds all changes of the group into one next version. A change that fails (too large) does not fail the others. */
function applyAll(group: Group, outcomes: Outcome[]): SessionRecord {
  const base = group.base!;
  let next = base;
  const applied: number[] = [];
  for (const { save, index } of group.saves) {
    try {
      next = applyChange(next, save.change, Date.now());
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
