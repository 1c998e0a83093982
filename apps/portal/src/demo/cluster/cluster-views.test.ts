import type { Members, Membership, Self } from '@baton/demo';
import type { StoreHealth } from '@baton/session';
import { ClusterViews } from './cluster-views.ts';

const store = { state: 'closed' };

it('makes each message of the cluster page once for all listeners', () => {
  const listeners = new Set<(members: Members) => void>();
  const members: Members = { via: 'redis', heartbeats: [] };
  const membership = {
    members,
    subscribe: (listener: (members: Members) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as Membership;
  let made = 0;
  const stores = { status: () => (made++, { redis: store, postgres: store }) } as unknown as StoreHealth;
  const views = new ClusterViews(membership, stores, { identity: { replica: 'portal-1' } } as Self);

  const received: string[] = [];
  const subscriptions = Array.from({ length: 100 }, () => views.stream.subscribe((message) => received.push(message)));
  for (const listener of listeners) listener(members);
  expect([listeners.size, received.length, made]).toEqual([1, 200, 2]);
  expect(JSON.parse(received[0]!)).toMatchObject({ seenBy: 'portal-1', heardOver: 'redis' });
  for (const subscription of subscriptions) subscription.unsubscribe();
  expect(listeners.size).toBe(0);
});
