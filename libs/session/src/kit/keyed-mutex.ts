/** Runs work for the same key one after the other, in order of arrival. Different keys do not wait for each other. */
export class KeyedMutex {
  private readonly last = new Map<string, Promise<unknown>>();

  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.last.get(key) ?? Promise.resolve()).then(work, work);
    this.last.set(key, mine);
    const release = () => this.last.get(key) === mine && this.last.delete(key);
    mine.then(release, release);
    return mine;
  }

  /** How many keys are locked. */
  get size(): number {
    return this.last.size;
  }
}
