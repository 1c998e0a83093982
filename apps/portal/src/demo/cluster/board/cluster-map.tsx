import { Bib } from '../../../../../../libs/ui/src/components/bib.tsx';
import type { ClusterView, Controls, StoreView } from '../cluster-view.ts';
import { AddReplica, ReplicaFaults, StoreFaults } from './fault-buttons.tsx';
import { colourOf, initialsOf } from './paint.ts';
import type { ReplicaStatus } from './request-log.ts';

interface MapProps {
  view: ClusterView;
  replicas: ReplicaStatus[];
  controls: Controls;
}

/** The replicas and stores. The page's script draws wires and moving requests over it, from the positions of the boxes. */
export function ClusterMap({ view, replicas, controls }: MapProps) {
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
          <ReplicaGroup app={app} replicas={replicas.filter((replica) => replica.app === app)} controls={controls} />
        ))}
      </div>
      <div class="column stores">
        {view.stores.map((store) => (
          <StoreNode store={store} controls={controls} />
        ))}
        <p class="membership muted">{MEMBERSHIP[view.heardOver]}</p>
      </div>
    </section>
  );
}

const MEMBERSHIP = {
  redis: 'Replicas find each other through Redis.',
  feed: 'Redis is unavailable: replicas find each other through the event feed in Postgres.',
  nobody: 'Both stores are unavailable: only the replica that serves this page is certain.',
};

function ReplicaGroup({ app, replicas, controls }: { app: string; replicas: ReplicaStatus[]; controls: Controls }) {
  return (
    <div class="group">
      <div class="group-head">
        <h3>{app}</h3>
        {controls.launcher && <AddReplica app={app} />}
      </div>
      <ul class="replica-list">
        {replicas.map((replica) => (
          <ReplicaNode key={replica.name} replica={replica} controls={controls} />
        ))}
      </ul>
    </div>
  );
}

function ReplicaNode({ replica, controls }: { replica: ReplicaStatus; controls: Controls }) {
  const about =
    replica.state === 'running' ? `up ${duration(replica.upSeconds)} · ${replica.requestsPerSecond}/s` : STATES[replica.state];
  return (
    <li
      class={`node replica c${colourOf(replica.app, replica.name)} ${replica.state}`}
      data-node={replica.name}
      data-instance={replica.instance}
    >
      <span class="swatch" aria-hidden="true">
        {initialsOf(replica.name)}
      </span>
      <span class="replica-text">
        <Bib name={replica.name} />
        <small class="muted numbers">{replica.draining ? 'draining' : about}</small>
        {replica.place && <small class="muted">{replica.place}</small>}
      </span>
      {controls.faults && <ReplicaFaults replica={replica} canRemove={controls.launcher} />}
    </li>
  );
}

const STATES = { silent: 'not responding', down: 'down' };

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
const STORE_STATES = {
  serving: 'serving',
  away: 'unavailable',
  returning: 'recovering, not trusted yet',
  absent: 'not installed',
};

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
