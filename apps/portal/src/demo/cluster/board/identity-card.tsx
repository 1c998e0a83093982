import { Bib } from '../../../../../../libs/ui/src/components/bib.tsx';
import type { Me } from '../cluster-view.ts';
import type { LogEntry } from './request-log.ts';

interface IdentityProps {
  me: Me | null;
  last: LogEntry | null;
  /** Seconds since the session was created; null until the browser's clock runs. */
  ageSeconds: number | null;
  memory: boolean;
}

/** The visitor's identity, which stays, beside the replica and store, which change. */
export function IdentityCard({ me, last, ageSeconds, memory }: IdentityProps) {
  return (
    <section class="panel identity" aria-labelledby="identity-title">
      <h2 id="identity-title">{memory ? 'Your identity depends on the replica' : 'Your identity does not change'}</h2>
      {me ? <Stays me={me} ageSeconds={ageSeconds} /> : <SignInFirst />}
      <dl class="changes">
        <dt>Served by</dt>
        <dd>{last?.replica ? <Bib name={last.replica} /> : <span class="muted">–</span>}</dd>
        <dt>Session read from</dt>
        <dd class="numbers">{last?.store ? `${last.store} ${last.ms === null ? '' : `in ${last.ms.toFixed(2)} ms`}` : '–'}</dd>
      </dl>
    </section>
  );
}

function Stays({ me, ageSeconds }: { me: Me; ageSeconds: number | null }) {
  return (
    <dl class="stays numbers">
      <div>
        <dt>You are</dt>
        <dd data-me>{me.name}</dd>
      </div>
      <div>
        <dt>In your cart</dt>
        <dd data-articles>{me.articles}</dd>
      </div>
      <div>
        <dt>Session age</dt>
        <dd>{ageSeconds === null ? '–:––' : clock(ageSeconds)}</dd>
      </div>
    </dl>
  );
}

function SignInFirst() {
  return (
    <p class="sign-in-first">
      You are not signed in. <a href="/auth/login?to=/cluster">Sign in</a>, and this tab starts to send requests: one square each.
    </p>
  );
}

function clock(seconds: number): string {
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
