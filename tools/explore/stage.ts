import { happen } from './faults.ts';
import type { Entry, Operation } from './history.ts';
import { Replica, type Library } from './replica.ts';
import type { Scenario } from './scenarios.ts';
import type { Scheduler } from './schedule.ts';
import { STOPPED, type World } from './world.ts';
import type { SessionRecord } from '../../libs/session/src/model/record.ts';

const USER = 'u';
/** Operations that need no session. */
const STARTS = new Set<Operation['kind']>(['login', 'revoke all']);

interface Visitor {
  /** The ids that this client may send: the last is the newest that it got. */
  id: string;
  record: SessionRecord;
}

/** Performs the operations of a scenario on its replicas, and writes the history. */
export class Stage {
  readonly history: Entry[] = [];
  readonly replicas = new Map<string, Replica>();
  phase: Entry['phase'] = 'setup';
  private readonly visitors = new Map<string, Visitor>();
  private readonly world: World;
  private readonly library: Library;
  private readonly scenario: Scenario;

  constructor(world: World, library: Library, scenario: Scenario) {
    [this.world, this.library, this.scenario] = [world, library, scenario];
  }

  get living(): Replica[] {
    return [...this.replicas.values()].filter(({ name }) => !this.world.stopped.has(name));
  }

  get sessions(): string[] {
    return [...this.visitors.keys()];
  }

  async boot(scheduler: Scheduler, names: readonly string[]): Promise<void> {
    for (const name of names) {
      this.replicas.set(name, new Replica(this.world, this.library, name, this.scenario.nearCacheMs ?? 0));
      await scheduler.run(() => this.living.every(({ isReady }) => isReady));
    }
    for (const item of this.scenario.setup) {
      if (typeof item === 'string') await happen(item, this.world);
      else await this.perform(scheduler, [item], 'setup');
    }
  }

  /** Operations one after the other, without choices. */
  async perform(scheduler: Scheduler, operations: readonly Operation[], actor: string): Promise<void> {
    const client = this.client(operations, actor);
    await scheduler.run(client.isOver);
  }

  /** Begins when the scheduler says so. */
  client(operations: readonly Operation[], actor: string): { isOver: () => boolean } {
    const { world } = this;
    let isOver = false;
    // A client is no replica: it goes on when one stops.
    const context = { world, replica: '', actor };
    const began = world.post({
      context,
      store: 'none',
      label: 'begins',
      isFree: false,
      carrier: null,
      perform: () => Promise.resolve(),
    });
    void began.then(async () => {
      for (const operation of operations) await this.operate(operation, actor);
      isOver = true;
      world.noteActivity();
    });
    return { isOver: () => isOver };
  }

  private async operate(operation: Operation, actor: string): Promise<void> {
    const { world } = this;
    if (world.stopped.has(operation.on)) return;
    if (operation.kind === 'wake') return this.wake(operation);
    if (!STARTS.has(operation.kind) && !this.visitors.has(operation.session)) return;
    const entry: Entry = { ...operation, actor, phase: this.phase, begin: ++world.moment };
    this.history.push(entry);
    try {
      const asked = world.inReplica(operation.on, actor, () => this.ask(operation, this.replicas.get(operation.on)!));
      const answer = await Promise.race([asked, world.untilStopped(operation.on)]);
      if (answer === STOPPED) return void (entry.outcome = 'stopped');
      entry.outcome = answer === null || answer === false ? 'refused' : 'ok';
      if (operation.kind === 'read' && answer !== null) entry.seen = answer as Record<string, unknown>;
    } catch (error) {
      entry.outcome = error instanceof this.library.StoreUnavailableError ? 'unavailable' : 'failed';
      entry.why = error instanceof Error ? error.message : String(error);
    }
    entry.end = ++world.moment;
    world.trace.push(
      `   ${actor}: ${operation.kind} on ${operation.on}: ${entry.outcome}${entry.seen ? ` ${JSON.stringify(entry.seen)}` : ''}`,
    );
  }

  private wake({ on, path }: Operation): void {
    const { clock, trace } = this.world;
    const timer = clock.earliest(({ context, what }) => context.replica === on && what === path);
    if (timer === undefined) return;
    trace.push(`-- ${on} ${path} wakes`);
    clock.fire(timer);
  }

  private async ask(operation: Operation, { backend: { store }, lookup }: Replica): Promise<unknown> {
    const { session, path, value } = operation;
    if (operation.kind === 'login') return this.login(session, store);
    if (operation.kind === 'revoke all') return [await store.revokeAll(USER)];
    const visitor = this.visitors.get(session)!;
    const { id, record } = visitor;
    switch (operation.kind) {
      case 'read': {
        const found = await lookup.find(id);
        if (found === null) return null;
        // As in a request: what it loaded is the base of what it saves.
        visitor.record = found.record;
        const { user: _, ...attributes } = found.record.attributes;
        return attributes;
      }
      case 'save':
        return store.save(record.key, { [path!]: value! }, record);
      case 'add':
        return store.update(record.key, (attributes) => ({ ...attributes, n: Number(attributes['n'] ?? 0) + 1 }), record);
      case 'touch':
        return store.touch(record);
      case 'logout':
        // False: it had ended already. Either way it has ended.
        return (await store.revoke(record.key, 'logout', record)) || true;
      case 'issue':
      case 'replace':
        return this.renew(operation.kind, visitor, store);
      case 'wake':
        throw new Error('Not an operation of a client.');
    }
  }

  /** The client uses the new id from the moment it gets it. */
  private async renew(step: 'issue' | 'replace', visitor: Visitor, store: Replica['backend']['store']): Promise<unknown> {
    const id = this.library.renewSessionId(visitor.id);
    const { proof } = this.peppers.forWriting(id);
    const renewed = await store.renew(visitor.record.key, { step, proof }, visitor.record);
    if (renewed !== null && (renewed.proof === proof || renewed.nextProof === proof)) visitor.id = id;
    return renewed;
  }

  private async login(session: string, store: Replica['backend']['store']): Promise<unknown> {
    const id = this.library.newSessionId();
    const record = await store.create({
      ...this.peppers.forWriting(id),
      publicId: this.library.newPublicId(),
      attributes: { user: { id: USER } },
      device: { ip: null, userAgent: null },
      idleSeconds: 600,
      absoluteSeconds: 3600,
      authenticated: true,
    });
    this.visitors.set(session, { id, record });
    return record;
  }

  private get peppers() {
    return new this.library.Peppers(['explore']);
  }
}
