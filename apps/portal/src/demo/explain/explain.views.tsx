import { FlowDrawing } from './flow-drawing.tsx';
import { type Flow, FLOWS } from './flows.ts';
import type { Figures } from './figures.ts';
import { TOPOLOGIES, type Topology } from './topologies.ts';

/** A link to a file of the repository if its address is configured, otherwise the path. */
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
          No replica owns it. Redis holds the copy that requests read, Postgres the system of record; four flows keep the two
          consistent.
        </p>
        <p>
          <a href="/how-it-works/topologies">Compared with other architectures</a>
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

export function Topologies({ figures, name }: { figures: Figures; name: string }) {
  return (
    <div class="wrap stack">
      <div class="page-head">
        <h1>Seven places to keep a session</h1>
        <p class="lead">Each suits some site. The difference shows when something fails.</p>
        <p>
          <a href="/how-it-works">How {name} does it</a>
        </p>
      </div>
      <TopologyTable figures={figures} name={name} />
      <p class="muted">Measured {figures.on}. Other machines give other figures, in the same order.</p>
    </div>
  );
}

const COLUMNS = ['How', 'When a server dies', 'Who can serve you', 'Growing'];

/** On narrow screens the rows are cards (style sheet); the roles keep it a table for screen readers. */
function TopologyTable({ figures, name }: { figures: Figures; name: string }) {
  const columns = ['Where', ...COLUMNS, 'Measured'];
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
          <TopologyRow topology={topology} figures={figures} site={name} />
        ))}
      </tbody>
    </table>
  );
}

function TopologyRow({ topology, figures, site }: { topology: Topology; figures: Figures; site: string }) {
  const { name, mechanism, whenAServerDies, distribution, scaling, measuredAs = '', ours } = topology;
  const measured = figures.byTopology[measuredAs] ?? '–';
  const texts = [mechanism, whenAServerDies, distribution, scaling, measured];
  const cells = texts.map((text, index) => [[...COLUMNS, 'Measured'][index], text] as const);
  return (
    <tr role="row" class={ours && 'ours'}>
      <th scope="row" role="rowheader">
        {ours ? `${site}: ${name}` : name}
      </th>
      {cells.map(([label, text]) => (
        <td role="cell" data-label={label}>
          {text}
        </td>
      ))}
    </tr>
  );
}
