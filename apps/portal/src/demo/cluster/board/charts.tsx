import type { ClusterView, Latency } from '../cluster-view.ts';

/** Frames of fixed height that the page's script draws into; the captions give the newest values in words. */
export function Charts({ view }: { view: ClusterView }) {
  const stores = Object.entries(view.latency);
  return (
    <div class="columns charts">
      <figure class="panel" aria-labelledby="latency-title">
        <h2 id="latency-title">Session lookups, by store</h2>
        <div class="chart" data-chart="latency" aria-hidden="true" />
        <figcaption class="numbers">
          {stores.length === 0
            ? 'No lookups in the last ten seconds.'
            : stores.map(([store, latency]) => inWords(store, latency)).join(' · ')}
        </figcaption>
      </figure>
      <figure class="panel" aria-labelledby="requests-title">
        <h2 id="requests-title">Requests per second, by replica</h2>
        <div class="chart" data-chart="requests" aria-hidden="true" />
        <figcaption class="numbers">{view.replicas.map((it) => `${it.name} ${it.requestsPerSecond}`).join(' · ')}</figcaption>
      </figure>
    </div>
  );
}

const inWords = (store: string, { p50, p99 }: Latency) => `${store}: half within ${ms(p50)}, 99 of 100 within ${ms(p99)}`;

const ms = (value: number | null) => (value === null ? '–' : `${value < 10 ? value.toFixed(2) : Math.round(value)} ms`);
