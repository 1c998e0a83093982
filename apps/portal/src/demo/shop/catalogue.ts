export interface Article {
  sku: string;
  name: string;
  text: string;
  cents: number;
  drawing: 'baton' | 'bib' | 'spikes' | 'whistle' | 'cone' | 'watch';
}

export const CATALOGUE: readonly Article[] = [
  { sku: 'baton-yellow', name: 'Relay baton', text: 'Hollow aluminum, 28 centimeters.', cents: 1200, drawing: 'baton' },
  { sku: 'race-bib', name: 'Race bib', text: 'Tear-proof, with four holes for pins.', cents: 400, drawing: 'bib' },
  { sku: 'track-spikes', name: 'Track spikes', text: 'Light, for dry tracks.', cents: 8900, drawing: 'spikes' },
  { sku: 'starter-whistle', name: 'Starter whistle', text: 'Loud enough for the back straight.', cents: 900, drawing: 'whistle' },
  { sku: 'lane-cone', name: 'Lane cone', text: 'Keeps runners in their lanes.', cents: 300, drawing: 'cone' },
  { sku: 'stopwatch', name: 'Stopwatch', text: 'Counts up and down, to a hundredth of a second.', cents: 2500, drawing: 'watch' },
];

const BY_SKU = new Map(CATALOGUE.map((article) => [article.sku, article]));

/** The API accepts any sku; an unknown one is shown by its sku and costs nothing. */
export const articleOf = (sku: string): Article | undefined => BY_SKU.get(sku);

export function price(cents: number, language: string): string {
  return new Intl.NumberFormat(language, { style: 'currency', currency: 'EUR' }).format(cents / 100);
}
