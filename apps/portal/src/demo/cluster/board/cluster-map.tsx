import { Bib } from '../../../../../../libs/ui/src/components/bib.tsx';
import type { ClusterView, Controls, StoreView } from '../cluster-view.ts';
import { AddReplica, ReplicaFaults, StoreFaults } from './fault-buttons.tsx';
import { colourOf, initialsOf } from './paint.ts';
import type { Runner } from './race.ts';

interface MapProps {
  view: ClusterView;
  runners: Runner[];
  controls: Controls;
}

/** Who is there. Wires and runners are drawn over it by the page's script, from where the boxes are. */
export function ClusterMap({ view, runners, controls }: MapProps) {
  return (
    <section class="map" aria-labelledby="map-title" data-map>
      <h2 id="map-title" class="hidden-visually">
        The cluster now
      </h2>
      <div class="column entrance">
        <div class="node place" data-node="tab">
          This tab
        </div>
        <div class="node place" data-node="ingress">
          Ingress
        </div>
      </div>
      <div class="column replicas">
        {['auth', 'portal'].map((app) => (
          <ReplicaGroup app={app} runners={runners.filter((runner) => runner.app === app)} controls={controls} />
        ))}
      </div>
      <div class="column stores">
        {view.stores.map((store) => (
          <StoreNode store={store} controls={controls} />
        ))}
        <p class="heard muted">{HEARD[view.heardOver]}</p>
      </div>
    </section>
  );
}

const HEARD = {
  redis: 'Replicas know of each other over Redis.',
  feed: 'Redis is away: replicas know of each other over the event feed in Postgres.',
  nobody: 'Neither store can be asked: only the replica that tells this is sure of itself.',
};

function ReplicaGroup({ app, runners, controls }: { app: string; runners: Runner[]; controls: Controls }) {
  return (
    <div class="group">
      <div class="group-head">
        <h3>{app}</h3>
        {controls.launcher && <AddReplica app={app} />}
      </div>
      <ul class="runners-list">
        {runners.map((runner) => (
          <ReplicaNode key={runner.name} runner={runner} controls={controls} />
        ))}
      </ul>
    </div>
  );
}

function ReplicaNode({ runner, controls }: { runner: Runner; controls: Controls }) {
  const about =
    runner.state === 'running' ? `up ${duration(runner.upSeconds)} · ${runner.requestsPerSecond}/s` : STATES[runner.state];
  return (
    <li
      class={`node replica c${colourOf(runner.app, runner.name)} ${runner.state}`}
      data-node={runner.name}
      data-instance={runner.instance}
    >
      <span class="swatch" aria-hidden="true">
        {initialsOf(runner.name)}
      </span>
      <span class="replica-text">
        <Bib name={runner.name} />
        <small class="muted numbers">{runner.draining ? 'finishing its requests' : about}</small>
        {runner.place && <small class="muted">{runner.place}</small>}
      </span>
      {controls.faults && <ReplicaFaults runner={runner} canRemove={controls.launcher} />}
    </li>
  );
}

const STATES = { silent: 'nothing heard', gone: 'gone' };

function StoreNode({ store, controls }: { store: StoreView; controls: Controls }) {
  return (
    <div class={`node store ${store.state}`} data-node={store.name}>
      <h3>{STORE_NAMES[store.name]}</h3>
      <small>
        <span class="lamp" aria-hidden="true" /> {STORE_STATES[store.state]}
      </small>
      {controls.launcher && <StoreFaults store={store.name} />}
    </div>
  );
}

const STORE_NAMES = { redis: 'Redis', postgres: 'Postgres' };
const STORE_STATES = { serving: 'serving', away: 'away', returning: 'coming back, not trusted yet', absent: 'not installed' };

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
