import type { RequestLog } from './request-log.ts';

/** "412 requests · 5 replicas went down · 0 failed · 0 sessions lost" */
export function Scoreboard({ log }: { log: RequestLog }) {
  return (
    <dl class="scores numbers">
      <Score name="requests" count={log.requests} label={log.requests === 1 ? 'request' : 'requests'} />
      <Score name="down" count={log.down} label={log.down === 1 ? 'replica went down' : 'replicas went down'} />
      <Score name="failed" count={log.failed} label="failed" bad={log.failed > 0} />
      <Score name="lost" count={log.lost} label={log.lost === 1 ? 'session lost' : 'sessions lost'} bad={log.lost > 0} />
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
