import { FlowDrawing } from './flow-drawing.tsx';
import { type Flow, FLOWS } from './flows.ts';
import type { Figures } from './figures.ts';
import { TOPOLOGIES, type Topology } from './topologies.ts';

/** Links to a file of the repository where the site was told its address, else names it. */
function SourceFile({ path, source }: { path: string; source?: string }) {
  return source ? (
    <a href={`${source}/${path}`}>
      <code>{path}</code>
    </a>
  ) : (
    <code>{path}</code>
  );
}

export function HowItWorks({ source }: { source?: string }) {
  return (
    <div class="wrap stack">
      <div class="page-head">
        <h1>How your session outlives its server</h1>
        <p class="lead">
          No replica owns it. Redis holds the copy that is read, Postgres the record that counts, and the four flows below keep
          the two honest.
        </p>
        <p>
          <a href="/how-it-works/topologies">Compared with the other ways to do it</a>
        </p>
      </div>
      <div class="flows fill">
        {FLOWS.map((flow) => (
          <FlowCard flow={flow} source={source} />
        ))}
      </div>
    </div>
  );
}

function FlowCard({ flow, source }: { flow: Flow; source?: string }) {
  return (
    <section class="panel" aria-labelledby={flow.id}>
      <h2 id={flow.id}>{flow.title}</h2>
      <p>{flow.lead}</p>
      <FlowDrawing flow={flow} />
      <ol class="flow-steps">
        {flow.steps.map(({ text }) => (
          <li>{text}</li>
        ))}
      </ol>
      <p class="files">
        {flow.files.map((path) => (
          <SourceFile path={path} source={source} />
        ))}
      </p>
    </section>
  );
}

export function Topologies({ figures }: { figures: Figures | null }) {
  return (
    <div class="wrap stack">
      <div class="page-head">
        <h1>Seven places to keep a session</h1>
        <p class="lead">Each is right for somebody. The question is what happens on the day something dies.</p>
        <p>
          <a href="/how-it-works">How Baton does it</a>
        </p>
      </div>
      <TopologyTable figures={figures} />
      {figures && <p class="muted">Measured {figures.on}. Other machines give other figures; the order stays.</p>}
    </div>
  );
}

const COLUMNS = ['How', 'When a server dies', 'Who can serve you', 'Growing'];

/** On narrow screens the rows are cards (style sheet); the roles keep it a table for screen readers. */
function TopologyTable({ figures }: { figures: Figures | null }) {
  const columns = ['Where', ...COLUMNS, ...(figures ? ['Measured'] : [])];
  return (
    <table class="topologies" role="table">
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th scope="col" role="columnheader">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {TOPOLOGIES.map((topology) => (
          <TopologyRow topology={topology} figures={figures} />
        ))}
      </tbody>
    </table>
  );
}

function TopologyRow({ topology, figures }: { topology: Topology; figures: Figures | null }) {
  const { name, mechanism, whenAServerDies, distribution, scaling, measuredAs = '' } = topology;
  const cells = [mechanism, whenAServerDies, distribution, scaling].map((text, index) => [COLUMNS[index], text] as const);
  const measured = figures ? [['Measured', figures.byTopology[measuredAs] ?? '–'] as const] : [];
  return (
    <tr role="row" class={measuredAs === 'baton' ? 'ours' : undefined}>
      <th scope="row" role="rowheader">
        {name}
      </th>
      {[...cells, ...measured].map(([label, text]) => (
        <td role="cell" data-label={label}>
          {text}
        </td>
      ))}
    </tr>
  );
}
