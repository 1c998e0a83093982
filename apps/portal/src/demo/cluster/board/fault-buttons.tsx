import type { ComponentChildren } from 'preact';
import type { StoreView } from '../cluster-view.ts';
import type { Runner } from './race.ts';

/** Every fault is a form, so it also works without scripts; with them it is sent in the background. */
function OrderForm({ kind, instance, children }: { kind: string; instance?: string; children: ComponentChildren }) {
  return (
    <form method="post" action="/cluster/orders" class="orders" data-order>
      <input type="hidden" name="kind" value={kind} />
      {instance && <input type="hidden" name="instance" value={instance} />}
      {children}
    </form>
  );
}

function Order({ action, label, about }: { action: string; label: string; about: string }) {
  return (
    <button class="order" type="submit" name="action" value={action}>
      {label}
      <span class="hidden-visually"> {about}</span>
    </button>
  );
}

export function ReplicaFaults({ runner, canRemove }: { runner: Runner; canRemove: boolean }) {
  const gone = runner.state !== 'running';
  return (
    <div class={gone ? 'order-row off' : 'order-row'}>
      <OrderForm kind="replica" instance={runner.instance}>
        <Order action="crash" label="Crash" about={runner.name} />
        <Order action="stop" label="Stop" about={runner.name} />
      </OrderForm>
      {canRemove && (
        <OrderForm kind="remove">
          <Order action={runner.name} label="Remove" about={runner.name} />
        </OrderForm>
      )}
    </div>
  );
}

export function AddReplica({ app }: { app: string }) {
  return (
    <OrderForm kind="add">
      <Order action={app} label="Add one" about={`replica of ${app}`} />
    </OrderForm>
  );
}

const STORE_ORDERS = {
  redis: ['stop', 'start', 'freeze', 'thaw', 'flush'],
  postgres: ['stop', 'start', 'freeze', 'thaw'],
};

export function StoreFaults({ store }: { store: StoreView['name'] }) {
  return (
    <OrderForm kind={store}>
      {STORE_ORDERS[store].map((action) => (
        <Order action={action} label={action.charAt(0).toUpperCase() + action.slice(1)} about={store} />
      ))}
    </OrderForm>
  );
}
