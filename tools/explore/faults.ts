import type { World } from './world.ts';

/** What can happen to a store or a replica between two steps. */
interface Fault {
  readonly name: string;
  /** Whether it can happen now. */
  readonly isPossible: (world: World) => boolean;
  readonly happen: (world: World) => void | Promise<void>;
}

export const REPLICAS = ['A', 'B'] as const;

const isUp = ({ redis }: World) => redis.state === 'up';
const isPostgresUp = ({ postgres }: World) => postgres.state === 'up';

const ofRedis: Fault[] = [
  { name: 'redis goes', isPossible: isUp, happen: (world) => ((world.redis.state = 'away'), world.redis.killAll()) },
  { name: 'redis restarts with its data', isPossible: isUp, happen: ({ redis }) => redis.restart('same') },
  { name: 'redis restarts empty', isPossible: isUp, happen: ({ redis }) => redis.restart('none') },
  { name: 'redis restarts from an older dump', isPossible: isUp, happen: ({ redis }) => redis.restart('old') },
  { name: 'redis is flushed', isPossible: isUp, happen: async ({ redis }) => void (await redis.flush()) },
  { name: 'redis only reads', isPossible: isUp, happen: ({ redis }) => void (redis.state = 'read-only') },
];

const ofPostgres: Fault[] = [
  {
    name: 'postgres goes',
    isPossible: isPostgresUp,
    happen: (world) => ((world.postgres.state = 'away'), world.postgres.killAll()),
  },
  { name: 'postgres restarts', isPossible: isPostgresUp, happen: ({ postgres }) => postgres.restart() },
  { name: 'postgres only reads', isPossible: isPostgresUp, happen: ({ postgres }) => void (postgres.state = 'read-only') },
];

const ofReplicas: Fault[] = REPLICAS.flatMap((replica): Fault[] => [
  { name: `${replica} stops`, isPossible: ({ stopped }) => stopped.size === 0, happen: (world) => world.stop(replica) },
  {
    name: `${replica} loses redis`,
    isPossible: (world) => !world.stopped.has(replica) && world.redis.isReachable(replica),
    happen: ({ redis }) => (redis.cut.add(replica), redis.killAll(replica)),
  },
  {
    name: `${replica} loses postgres`,
    isPossible: (world) => !world.stopped.has(replica) && world.postgres.isReachable(replica),
    happen: ({ postgres }) => (postgres.cut.add(replica), postgres.killAll(replica)),
  },
]);

/** Not faults: the end of one. */
export const RETURNS: Fault[] = [
  {
    name: 'redis returns',
    isPossible: ({ redis }) => redis.state !== 'up' || redis.cut.size > 0,
    happen: ({ redis }) => (redis.cut.clear(), void (redis.state = 'up')),
  },
  {
    name: 'postgres returns',
    isPossible: ({ postgres }) => postgres.state !== 'up' || postgres.cut.size > 0,
    happen: ({ postgres }) => (postgres.cut.clear(), void (postgres.state = 'up')),
  },
];

export const FAULTS: readonly Fault[] = [...ofRedis, ...ofPostgres, ...ofReplicas];

export async function happen(name: string, world: World): Promise<void> {
  const fault = [...FAULTS, ...RETURNS].find((each) => each.name === name);
  if (fault === undefined) throw new Error(`There is no fault "${name}".`);
  world.trace.push(`-- ${name}`);
  await fault.happen(world);
}
