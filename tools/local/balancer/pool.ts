import { setTimeout as pause } from 'node:timers/promises';

/** `unready`: responds, but wants no traffic now. `slow`: accepts connections, but its check timed out. `dead`: refuses or breaks connections. */
export type Health = 'ready' | 'unready' | 'slow' | 'dead';

export interface Member {
  name: string;
  url: string;
}

const READY_CHECK_MS = 500;
/** Shorter, so that a replica that starts or recovers gets traffic soon. */
const OTHER_CHECK_MS = 100;
const CHECK_TIMEOUT_MS = 1000;

/** The replicas of one app, round-robin. */
export class Pool {
  readonly #health = new Map<Member, Health>();
  #turn = 0;

  add(member: Member): void {
    this.#health.set(member, 'dead');
    void this.#watch(member);
  }

  remove(name: string): void {
    for (const member of this.#health.keys()) if (member.name === name) this.#health.delete(member);
  }

  clear(): void {
    this.#health.clear();
  }

  /** After a refused or broken connection: no traffic until a health check succeeds. */
  eject(member: Member): void {
    if (this.#health.has(member)) this.#health.set(member, 'dead');
  }

  /**
   * The next ready member; if there is none, one that responds, because its error is more precise than ours; then a slow one,
   * because on a busy machine slow is not down. Null when every member was tried or is dead.
   */
  next(tried: ReadonlySet<Member>): Member | null {
    const candidates = this.#untried('ready', tried) ?? this.#untried('unready', tried) ?? this.#untried('slow', tried);
    return candidates?.[this.#turn++ % candidates.length] ?? null;
  }

  health(name: string): Health | null {
    return [...this.#health].find(([member]) => member.name === name)?.[1] ?? null;
  }

  #untried(health: Health, tried: ReadonlySet<Member>): Member[] | null {
    const members = [...this.#health.keys()].filter((member) => this.#health.get(member) === health && !tried.has(member));
    return members.length > 0 ? members : null;
  }

  async #watch(member: Member): Promise<void> {
    while (this.#health.has(member)) {
      const health = await check(member);
      if (!this.#health.has(member)) return;
      this.#health.set(member, health);
      await pause(health === 'ready' ? READY_CHECK_MS : OTHER_CHECK_MS, undefined, { ref: false });
    }
  }
}

async function check(member: Member): Promise<Health> {
  try {
    const response = await fetch(`${member.url}/health/ready`, { signal: AbortSignal.timeout(CHECK_TIMEOUT_MS) });
    await response.body?.cancel();
    return response.ok ? 'ready' : 'unready';
  } catch (error) {
    return (error as Error).name === 'TimeoutError' ? 'slow' : 'dead';
  }
}
