import type { SessionRecord } from '../../model/record.ts';

/**
 * Redis is asked every time, but a value equal to the last one of that key is not parsed again.
 * Bounded by two halves: when the young one is full it becomes the old one, and what nobody asked for since is gone.
 */
export class RecordCache {
  private young = new Map<string, { value: string; record: SessionRecord }>();
  private old = new Map<string, { value: string; record: SessionRecord }>();

  constructor(private readonly limit: number) {}

  get(key: string, value: string): SessionRecord | undefined {
    const entry = this.young.get(key) ?? this.old.get(key);
    if (entry === undefined || entry.value !== value) return undefined;
    if (!this.young.has(key)) this.set(key, value, entry.record);
    return entry.record;
  }

  set(key: string, value: string, record: SessionRecord): void {
    if (this.young.size * 2 >= this.limit) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, { value, record });
  }
}
