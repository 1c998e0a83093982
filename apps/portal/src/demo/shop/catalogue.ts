export interface Article {
  sku: string;
  name: string;
  text: string;
  cents: number;
  drawing: 'baton' | 'bib' | 'spikes' | 'whistle' | 'cone' | 'watch';
}

export const CATALOGUE: readonly Article[] = [
  { sku: 'baton-yellow', name: 'Relay baton', text: 'Hollow, 28 centimetres, hard to drop.', cents: 1200, drawing: 'baton' },
  { sku: 'race-bib', name: 'Race bib', text: 'Four holes, one number, many runners.', cents: 400, drawing: 'bib' },
  { sku: 'track-spikes', name: 'Track spikes', text: 'For starts without a warm-up.', cents: 8900, drawing: 'spikes' },
  { sku: 'starter-whistle', name: 'Starter whistle', text: 'Says go. Once is enough.', cents: 900, drawing: 'whistle' },
  { sku: 'lane-cone', name: 'Lane cone', text: 'Keeps everybody on their own lane.', cents: 300, drawing: 'cone' },
  { sku: 'stopwatch', name: 'Stopwatch', text: 'Counts down as well: 1 800 seconds idle.', cents: 2500, drawing: 'watch' },
];

const BY_SKU = new Map(CATALOGUE.map((article) => [article.sku, article]));

/** Articles of the contract need not be in our shop; those are shown by their sku and cost nothing. */
export const articleOf = (sku: string): Article | undefined => BY_SKU.get(sku);

export function price(cents: number, language: string): string {
  return new Intl.NumberFormat(language, { style: 'currency', currency: 'EUR' }).format(cents / 100);
}
