import { Bib } from '../../../../../../libs/ui/src/components/bib.tsx';
import type { Me } from '../cluster-view.ts';
import type { Mark } from './race.ts';

interface IdentityProps {
  me: Me | null;
  last: Mark | null;
  /** Seconds since the session was made; null until a clock runs. */
  ageSeconds: number | null;
  memory: boolean;
}

/** What stays the same beside what changes all the time. */
export function IdentityCard({ me, last, ageSeconds, memory }: IdentityProps) {
  return (
    <section class="panel identity" aria-labelledby="identity-title">
      <h2 id="identity-title">{memory ? 'Who you are depends on who answers' : 'Your identity does not change'}</h2>
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
      You carry no baton yet. <a href="/auth/login?to=/cluster">Sign in</a>, and every square below will be a request of yours.
    </p>
  );
}

function clock(seconds: number): string {
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
