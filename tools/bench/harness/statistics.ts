/** Medians and percentiles. */
export function sorted(values: Iterable<number>): Float64Array {
  return Float64Array.from(values).sort();
}

/** `ascending` must be sorted; `share` is between 0 and 1. */
export function percentile(ascending: Float64Array, share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? Number.NaN;
}

export function median(values: number[]): number {
  const ascending = sorted(values);
  const middle = ascending.length >> 1;
  return ascending.length % 2 ? ascending[middle]! : (ascending[middle - 1]! + ascending[middle]!) / 2;
}

/** Half of the distance between the highest and the lowest value, as a share of the median. */
export function spread(values: number[]): number {
  return (Math.max(...values) - Math.min(...values)) / 2 / median(values);
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
