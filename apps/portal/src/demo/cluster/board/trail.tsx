import { colourOf, initialsOf } from './paint.ts';
import type { Mark, Race } from './race.ts';

/** One square per request, in rows that fill up; when the last row is full the first one makes room, so squares never wander. */
export function Trail({ race, columns, rows }: { race: Race; columns: number; rows: number }) {
  const first = race.requests - race.marks.length;
  const rowsBefore = Math.max(0, Math.ceil((race.requests - columns * rows) / columns));
  const shown = race.marks.slice(Math.max(0, rowsBefore * columns - first));
  return (
    <div class="trail" role="img" aria-label={summary(race)} data-trail>
      {shown.map((mark) => (
        <Square key={mark.number} mark={mark} />
      ))}
    </div>
  );
}

function Square({ mark }: { mark: Mark }) {
  const colour = mark.replica ? `c${colourOf(mark.app, mark.replica)}` : '';
  return <span class={`square ${mark.kind} ${colour}`}>{mark.kind === 'failed' ? '×' : initialsOf(mark.replica ?? '?')}</span>;
}

function summary({ requests, failed, lost, marks }: Race): string {
  const replicas = new Set(marks.map(({ replica }) => replica).filter(Boolean)).size;
  return `${requests} requests, answered by ${replicas} replicas: ${failed} failed, ${lost} lost the session.`;
}
