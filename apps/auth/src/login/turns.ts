/** Lets work for the same name run one after the other, in the order it came; work for other names is not held up. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>();

  take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.last.get(name) ?? Promise.resolve()).then(work, work);
    this.last.set(name, mine);
    const leave = () => this.last.get(name) === mine && this.last.delete(name);
    mine.then(leave, leave);
    return mine;
  }

  /** How many names somebody is waiting for. */
  get size(): number {
    return this.last.size;
  }
}
