export type { Beat, Roll } from './beat.ts';
export { ClusterModule } from './cluster.module.ts';
export { type Fault, Faults, isFault } from './faults.ts';
export { addCounts, percentileMs } from './latency.ts';
export { RollCall } from './roll-call.ts';
export { type Identity, Self } from './self.ts';
