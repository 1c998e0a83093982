/** A way to keep sessions in a cluster. */
export interface Topology {
  name: string;
  mechanism: string;
  whenAServerDies: string;
  distribution: string;
  scaling: string;
  /** The stack of the benchmark that represents it, if it was measured. */
  measuredAs?: string;
  /** The one that this site uses. */
  ours?: true;
}

export const TOPOLOGIES: Topology[] = [
  {
    name: 'In the server’s memory',
    mechanism: 'A map in the process that logged you in.',
    whenAServerDies: 'Its sessions are lost, as at every deployment.',
    distribution: 'None: on every other replica you are signed out.',
    scaling: 'One replica only.',
    measuredAs: 'memory',
  },
  {
    name: 'Sticky sessions',
    mechanism: 'The same map; the ingress sends you to the same replica each time.',
    whenAServerDies: 'Its visitors are signed out.',
    distribution: 'By the ingress, unevenly, and lost with its table.',
    scaling: 'New replicas get only new visitors; old ones are hard to drain.',
  },
  {
    name: 'One central cache',
    mechanism: 'All replicas read and write Redis.',
    whenAServerDies: 'Nothing happens. When the cache fails, everybody is signed out.',
    distribution: 'Any replica serves any visitor.',
    scaling: 'Well, up to the limits of the cache, which is a single point of failure.',
    measuredAs: 'stock',
  },
  {
    name: 'In the database',
    mechanism: 'All replicas read and write a table.',
    whenAServerDies: 'Nothing happens; sessions are as durable as the rest of the data.',
    distribution: 'Any replica serves any visitor.',
    scaling: 'Every request queries the system that is hardest to scale.',
    measuredAs: 'connect-pg-simple',
  },
  {
    name: 'Signed token in the browser',
    mechanism: 'The server signs your identity; no store is read.',
    whenAServerDies: 'Nothing happens.',
    distribution: 'Any replica serves any visitor.',
    scaling: 'Best of all, but a sign-out is not enforced: a copied token works until it expires.',
    measuredAs: 'jwt-cookie',
  },
  {
    name: 'Replication between servers',
    mechanism: 'Every replica sends its changes to some or all others.',
    whenAServerDies: 'Another one has a copy, if it arrived in time.',
    distribution: 'Any replica, after a delay; replicas can disagree.',
    scaling: 'Traffic between replicas grows with their number.',
  },
  {
    name: 'cache and database',
    mechanism: 'Requests read Redis; Postgres behind it is the system of record.',
    whenAServerDies: 'Nothing happens, nor when one of the stores fails.',
    distribution: 'Any replica serves any visitor.',
    scaling: 'Reads scale like a central cache; the database sees only changes.',
    measuredAs: 'baton',
    ours: true,
  },
];
