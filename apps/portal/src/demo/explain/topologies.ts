/** Ways to keep sessions in a cluster, and what each of them costs. */
export interface Topology {
  name: string;
  mechanism: string;
  whenAServerDies: string;
  distribution: string;
  scaling: string;
  /** The stack of the benchmark that stands for it, if it was measured. */
  measuredAs?: string;
}

export const TOPOLOGIES: Topology[] = [
  {
    name: 'In the server’s memory',
    mechanism: 'A map in the process that signed you in.',
    whenAServerDies: 'Its sessions die with it; so they do at every release.',
    distribution: 'None: every other replica says you are signed out.',
    scaling: 'One replica. Two already break it.',
    measuredAs: 'memory',
  },
  {
    name: 'Sticky sessions',
    mechanism: 'The same map; the ingress sends you to the same replica each time.',
    whenAServerDies: 'Its share of the visitors is signed out.',
    distribution: 'By the ingress, uneven, and gone when its table is.',
    scaling: 'New replicas get only new visitors; old ones cannot be drained.',
  },
  {
    name: 'One central cache',
    mechanism: 'All replicas read and write Redis.',
    whenAServerDies: 'Nothing happens. When the cache dies, everybody is signed out.',
    distribution: 'Any replica serves anybody.',
    scaling: 'Well, up to the cache; it is the one thing that must not fail.',
    measuredAs: 'stock',
  },
  {
    name: 'In the database',
    mechanism: 'All replicas read and write a table.',
    whenAServerDies: 'Nothing happens; sessions are as durable as the rest of the data.',
    distribution: 'Any replica serves anybody.',
    scaling: 'Every request is a query to the system that is hardest to scale.',
    measuredAs: 'connect-pg-simple',
  },
  {
    name: 'Signed token in the browser',
    mechanism: 'The server signs who you are; no store is asked.',
    whenAServerDies: 'Nothing happens.',
    distribution: 'Any replica serves anybody.',
    scaling: 'Best of all, but a sign-out is a wish: a copied token is good until it expires.',
    measuredAs: 'jwt-cookie',
  },
  {
    name: 'Replication between servers',
    mechanism: 'Every replica sends its changes to some or all others.',
    whenAServerDies: 'Another one has a copy, if it arrived in time.',
    distribution: 'Any replica, after a while; two at once can disagree.',
    scaling: 'The more replicas, the more each of them talks about sessions.',
  },
  {
    name: 'Baton: cache and database',
    mechanism: 'Redis is read; Postgres is the system of record behind it.',
    whenAServerDies: 'Nothing happens; nor when either store dies.',
    distribution: 'Any replica serves anybody.',
    scaling: 'Reads like a central cache; the database sees changes only.',
    measuredAs: 'baton',
  },
];
