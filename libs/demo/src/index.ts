export { ClusterModule } from './cluster.module.ts';
export { demoSettings, type DemoSettings } from './demo-settings.ts';
export { type Fault, FaultCommands } from './fault-commands.ts';
export type { Heartbeat, Members } from './heartbeat.ts';
export { demoWords, type DemoWords } from './language/words.ts';
export { addCounts, percentileMs } from './latency.ts';
export { Membership } from './membership.ts';
export { addDemoNavigation, articlesIn } from './navigation.ts';
export { type Identity, Self } from './self.ts';
