import uPlot from 'uplot';
import { colourOf } from '../cluster/board/paint.ts';
import type { ClusterView } from '../cluster/cluster-view.ts';

const SECONDS = 120;
const HEIGHT_PX = 200;

type Line = { label: string; stroke: string; dash?: number[] };

/** Two minutes of the cluster, second by second. */
export function drawCharts(root: HTMLElement): void {
  const [latency, requests] = ['latency', 'requests'].map((name) => root.querySelector<HTMLElement>(`[data-chart="${name}"]`));
  if (!latency || !requests) return;
  const [first, second] = [new LiveChart(latency, 'ms'), new LiveChart(requests, '/s')];
  document.addEventListener('baton:cluster', (event) => {
    const view = (event as CustomEvent<ClusterView>).detail;
    first.add(latencies(view));
    second.add(
      new Map(view.replicas.map(({ app, name, requestsPerSecond }) => [name, [requestsPerSecond, replicaLine(app, name)]])),
    );
  });
}

type Values = Map<string, [number | null, Omit<Line, 'label'>]>;

const STORE_COLOURS: Record<string, string> = { near: '--c5', redis: '--c0', postgres: '--c4', memory: '--c7' };

function latencies({ latency }: ClusterView): Values {
  return new Map(
    Object.entries(latency).flatMap(([store, { p50, p99 }]) => {
      const stroke = STORE_COLOURS[store] ?? '--c6';
      return [
        [`${store} p50`, [p50, { stroke }]],
        [`${store} p99`, [p99, { stroke, dash: [5, 4] }]],
      ] as const;
    }) as [string, [number | null, Omit<Line, 'label'>]][],
  );
}

const replicaLine = (app: string, name: string) => ({ stroke: `--c${colourOf(app, name)}` });

/** A line for every name seen; rebuilt when a name is added or the colors change. */
class LiveChart {
  private readonly times: number[] = [];
  private readonly lines = new Map<string, { line: Line; values: (number | null)[] }>();
  private plot: uPlot | null = null;

  constructor(
    private readonly place: HTMLElement,
    private readonly unit: string,
  ) {
    new ResizeObserver(() => this.plot?.setSize({ width: place.clientWidth, height: HEIGHT_PX })).observe(place);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.rebuild());
  }

  add(values: Values): void {
    this.times.push(Date.now() / 1000);
    const isNew = [...values].some(([label, [, style]]) => this.lineOf(label, style));
    for (const [label, line] of this.lines) line.values.push(values.get(label)?.[0] ?? null);
    if (this.times.length > SECONDS) this.dropFirst();
    if (isNew || !this.plot) this.rebuild();
    else this.plot.setData(this.data());
  }

  /** True for a new line. */
  private lineOf(label: string, style: Omit<Line, 'label'>): boolean {
    if (this.lines.has(label)) return false;
    this.lines.set(label, { line: { label, ...style }, values: this.times.slice(1).map(() => null) });
    return true;
  }

  private dropFirst(): void {
    this.times.shift();
    for (const { values } of this.lines.values()) values.shift();
  }

  private data(): uPlot.AlignedData {
    return [this.times, ...[...this.lines.values()].map(({ values }) => values)];
  }

  private rebuild(): void {
    this.plot?.destroy();
    const ink = token('--muted');
    const axis = {
      stroke: ink,
      grid: { stroke: token('--line'), width: 1 },
      ticks: { show: false },
      font: '13px Barlow, sans-serif',
    };
    const series = [...this.lines.values()].map(({ line }) => ({
      ...line,
      stroke: token(line.stroke),
      width: 2,
      points: { show: false },
    }));
    this.plot = new uPlot(
      {
        width: this.place.clientWidth,
        height: HEIGHT_PX,
        cursor: { show: false },
        legend: { show: false },
        scales: { x: { time: true }, y: { range: (_, __, max) => [0, Math.max(max * 1.15, 1)] } },
        axes: [
          {
            ...axis,
            values: (_, splits) => splits.map((at) => new Date(at * 1000).toLocaleTimeString([], { timeStyle: 'medium' })),
            space: 90,
          },
          { ...axis, values: (_, splits) => splits.map((value) => `${value} ${this.unit}`), size: 62 },
        ],
        series: [{}, ...series],
      },
      this.data(),
      this.place,
    );
  }
}

const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim() || '#888';
