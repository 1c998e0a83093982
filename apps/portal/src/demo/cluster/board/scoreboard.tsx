import type { Race } from './race.ts';

/** "412 requests · 5 replicas gone · 0 failed · 0 sessions lost" */
export function Scoreboard({ race }: { race: Race }) {
  return (
    <dl class="scores numbers">
      <Score name="requests" count={race.requests} label={race.requests === 1 ? 'request' : 'requests'} />
      <Score name="gone" count={race.gone} label={race.gone === 1 ? 'replica gone' : 'replicas gone'} />
      <Score name="failed" count={race.failed} label="failed" bad={race.failed > 0} />
      <Score name="lost" count={race.lost} label={race.lost === 1 ? 'session lost' : 'sessions lost'} bad={race.lost > 0} />
    </dl>
  );
}

function Score({ name, count, label, bad }: { name: string; count: number; label: string; bad?: boolean }) {
  return (
    <div class={bad ? 'score bad' : 'score'}>
      <dt>{label}</dt>
      <dd data-score={name}>{count}</dd>
    </div>
  );
}
