import type { ComponentChildren } from 'preact';
import type { StoreView } from '../cluster-view.ts';
import type { ReplicaStatus } from './request-log.ts';

/** Every button is a form, so it works without scripts too; with them it is sent in the background. */
function FaultForm({ kind, instance, children }: { kind: string; instance?: string; children: ComponentChildren }) {
  return (
    <form method="post" action="/cluster/orders" class="faults" data-fault>
      <input type="hidden" name="kind" value={kind} />
      {instance && <input type="hidden" name="instance" value={instance} />}
      {children}
    </form>
  );
}

function FaultButton({ action, label, about }: { action: string; label: string; about: string }) {
  return (
    <button class="fault" type="submit" name="action" value={action}>
      {label}
      <span class="hidden-visually"> {about}</span>
    </button>
  );
}

export function ReplicaFaults({ replica, canRemove }: { replica: ReplicaStatus; canRemove: boolean }) {
  const running = replica.state === 'running';
  return (
    <div class={running ? 'fault-row' : 'fault-row off'}>
      <FaultForm kind="replica" instance={replica.instance}>
        <FaultButton action="crash" label="Crash" about={replica.name} />
        <FaultButton action="stop" label="Stop" about={replica.name} />
      </FaultForm>
      {canRemove && (
        <FaultForm kind="remove">
          <FaultButton action={replica.name} label="Remove" about={replica.name} />
        </FaultForm>
      )}
    </div>
  );
}

export function AddReplica({ app }: { app: string }) {
  return (
    <FaultForm kind="add">
      <FaultButton action={app} label="Add one" about={`replica of ${app}`} />
    </FaultForm>
  );
}

const STORE_FAULTS = {
  redis: ['stop', 'start', 'freeze', 'thaw', 'flush'],
  postgres: ['stop', 'start', 'freeze', 'thaw'],
};

export function StoreFaults({ store }: { store: StoreView['name'] }) {
  return (
    <FaultForm kind={store}>
      {STORE_FAULTS[store].map((action) => (
        <FaultButton action={action} label={action.charAt(0).toUpperCase() + action.slice(1)} about={store} />
      ))}
    </FaultForm>
  );
}
