import type { Request } from 'express';
import type { DemoConfig } from '../demo-config.ts';

/** Names, nodes, zones and load of replicas are for visitors of a demonstration, and for administrators. */
export const maySeeCluster = ({ session }: Request, { DEMO }: Pick<DemoConfig, 'DEMO'>): boolean =>
  DEMO || session?.user?.roles.includes('admin') === true;
