import { ACTORS, type Actor, type Flow, type Step } from './flows.ts';

const WIDTH = 360;
const TOP = 44;
const ROW = 38;

const laneOf = (actor: Actor) => 36 + ACTORS.indexOf(actor) * 96;

/** Numbered arrows between the four who take part; the list beside it has the words. */
export function FlowDrawing({ flow }: { flow: Flow }) {
  const height = TOP + flow.steps.length * ROW + 4;
  return (
    <svg class="flow" viewBox={`0 0 ${WIDTH} ${height}`} aria-hidden="true">
      {ACTORS.map((actor) => (
        <>
          <path d={`M${laneOf(actor)} 30V${height}`} class="f-lane" />
          <text x={laneOf(actor)} y="20" class="f-actor">
            {actor}
          </text>
        </>
      ))}
      {flow.steps.map((step, index) => (
        <Arrow step={step} number={index + 1} y={TOP + index * ROW + 14} />
      ))}
    </svg>
  );
}

function Arrow({ step, number, y }: { step: Step; number: number; y: number }) {
  const [from, end] = [laneOf(step.from), laneOf(step.to)];
  const way = Math.sign(end - from);
  const to = step.fails ? end - way * 30 : end - way * 3;
  return (
    <g class={step.fails ? 'f-step f-fails' : 'f-step'}>
      <path d={`M${from + way * 12} ${y}H${to}`} />
      <path
        d={
          step.fails ? `M${to - 5} ${y - 5}l10 10m0 -10l-10 10` : `M${to - way * 8} ${y - 5}L${to} ${y}L${to - way * 8} ${y + 5}`
        }
      />
      <circle cx={from} cy={y} r="11" />
      <text x={from} y={y + 4.5}>
        {number}
      </text>
    </g>
  );
}
