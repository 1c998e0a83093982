/** How often this process sent which operation to which store, by `<store> <operation>`. */
const counts = new Map<string, number>();

/** `name` is `<store> <operation>`, one string: this runs for every operation and must not allocate. */
export function countOperation(name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

export function storeOperations(): { store: string; operation: string; count: number }[] {
  return [...counts].map(([name, count]) => {
    const [store, operation] = name.split(' ') as [string, string];
    return { store, operation, count };
  });
}
