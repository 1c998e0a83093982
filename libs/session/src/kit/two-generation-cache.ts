export interface CacheLimits<Value> {
  readonly entries: number;
  readonly bytes?: number;
  readonly weightOf?: (value: Value) => number;
}

/**
 * A bounded map. When the young generation holds half of the limit it becomes the old one, and the previous old one is
 * dropped: entries that are not used again disappear without any bookkeeping per access.
 */
export class TwoGenerationCache<Value> {
  private young = new Map<string, Value>();
  private old = new Map<string, Value>();
  private youngBytes = 0;
  private readonly entryLimit: number;
  private readonly byteLimit: number;
  private readonly weightOf: (value: Value) => number;

  constructor({ entries, bytes = Infinity, weightOf = () => 0 }: CacheLimits<Value>) {
    this.entryLimit = entries / 2;
    this.byteLimit = bytes / 2;
    this.weightOf = weightOf;
  }

  /** Keeps the entry for longer. */
  get(key: string): Value | undefined {
    return this.young.get(key) ?? this.promoted(key);
  }

  /** Does not keep the entry for longer. */
  peek(key: string): Value | undefined {
    return this.young.get(key) ?? this.old.get(key);
  }

  set(key: string, value: Value): void {
    if (this.young.size >= this.entryLimit || this.youngBytes >= this.byteLimit) this.age();
    const before = this.young.get(key);
    this.youngBytes += this.weightOf(value) - (before === undefined ? 0 : this.weightOf(before));
    this.young.set(key, value);
    // Another value under the same key would come back when the young generation has aged.
    this.old.delete(key);
  }

  delete(key: string): void {
    const value = this.young.get(key);
    if (value !== undefined) this.youngBytes -= this.weightOf(value);
    this.young.delete(key);
    this.old.delete(key);
  }

  clear(): void {
    this.age();
    this.age();
  }

  *values(): Iterable<Value> {
    yield* this.young.values();
    yield* this.old.values();
  }

  private promoted(key: string): Value | undefined {
    const value = this.old.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  private age(): void {
    this.old = this.young;
    this.young = new Map();
    this.youngBytes = 0;
  }
}
