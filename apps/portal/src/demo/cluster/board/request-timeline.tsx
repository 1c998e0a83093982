import { colourOf, initialsOf } from './paint.ts';
import type { LogEntry, RequestLog } from './request-log.ts';

/** One square per request. When the last row is full, the first row is dropped as a whole, so squares keep their columns. */
export function RequestTimeline({ log, columns, rows }: { log: RequestLog; columns: number; rows: number }) {
  const first = log.requests - log.entries.length;
  const rowsBefore = Math.max(0, Math.ceil((log.requests - columns * rows) / columns));
  const shown = log.entries.slice(Math.max(0, rowsBefore * columns - first));
  return (
    <div class="timeline" role="img" aria-label={summary(log)} data-timeline>
      {shown.map((entry) => (
        <Square key={entry.number} entry={entry} />
      ))}
    </div>
  );
}

function Square({ entry: { outcome, app, replica } }: { entry: LogEntry }) {
  const colour = replica ? `c${colourOf(app, replica)}` : '';
  return <span class={`square ${outcome} ${colour}`}>{outcome === 'failed' ? '×' : initialsOf(replica ?? '?')}</span>;
}

function summary({ requests, failed, lost, entries }: RequestLog): string {
  const replicas = new Set(entries.map(({ replica }) => replica).filter(Boolean)).size;
  return `${requests} requests, served by ${replicas} replicas: ${failed} failed, ${lost} lost the session.`;
}
