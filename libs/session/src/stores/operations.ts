/** What this process asked its stores, by `<store> <operation>`. Counted here because only here it is known what is asked. */
const counts = new Map<string, number>();

/** `name` is the store and the operation, as one word each: this runs for every question, so it makes no new string. */
export function countOperation(name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

export interface OperationCount {
  readonly store: string;
  readonly operation: string;
  readonly count: number;
}

export function storeOperations(): OperationCount[] {
  return [...counts].map(([name, count]) => {
    const [store, operation] = name.split(' ') as [string, string];
    return { store, operation, count };
  });
}
