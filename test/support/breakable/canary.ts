import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from './cluster.ts';
import type { Member } from './member.ts';

const TIMEOUT_MS = 60_000;

/** Detects recovery: every replica uses both stores again, no event is unapplied and no key is dirty. */
export class Canary {
  private readonly cluster: Cluster;
  private readonly strategy: string;

  /** Only the tiered strategy reports more than its health. */
  constructor(cluster: Cluster, strategy = 'tiered') {
    this.cluster = cluster;
    this.strategy = strategy;
  }

  async untilRecovered(): Promise<void> {
    const deadline = performance.now() + TIMEOUT_MS;
    for (;;) {
      const problem = await this.findProblem().catch((error: Error) => error.message);
      if (problem === null) return;
      if (performance.now() > deadline) throw new Error(`Not recovered after ${TIMEOUT_MS / 1000} s: ${problem}`);
      await pause(50);
    }
  }

  private async findProblem(): Promise<string | null> {
    for (const member of this.cluster.members) {
      await member.ask('/health/ready');
      const unused = this.strategy === 'tiered' ? await unusedStores(member) : [];
      if (unused.length > 0) return `${member.name} does not use ${unused.join(' and ')}`;
    }
    return this.strategy === 'tiered' ? this.pendingWork() : null;
  }

  private async pendingWork(): Promise<string | null> {
    const { postgres, redis } = this.cluster;
    const [events] = await postgres.query<{ unapplied: number }>(
      'SELECT count(*)::integer AS unapplied FROM session_event WHERE applied_at IS NULL',
    );
    const [{ behind } = { behind: false }] = await postgres.query<{ behind: boolean }>(
      'SELECT away_epoch > drained_epoch AS behind FROM session_cache',
    );
    if (behind) return 'Postgres is behind';
    if (events!.unapplied > 0) return `${events!.unapplied} events are not applied to Redis`;
    const generation = String(await redis.command('GET', 'baton:generation')).split('|')[0];
    const dirty = (await redis.command('KEYS', `baton:{*}:${generation}:dirty`)) as string[];
    return dirty.length > 0 ? `${dirty.length} dirty sets are not drained to Postgres` : null;
  }
}

async function unusedStores(member: Member): Promise<string[]> {
  const metrics = String(await member.ask('/metrics'));
  return ['redis', 'postgres'].filter(
    (store) => !new RegExp(`^baton_session_store_in_use\\{store="${store}".*\\} 1$`, 'm').test(metrics),
  );
}
