interface SentRequest {
  replica: string | null;
  store: string | null;
  outcome: string;
}

interface Point {
  x: number;
  y: number;
}

const SVG = 'http://www.w3.org/2000/svg';
const LAP_MS = 620;
/** More would fill the map at a sprint; the timeline still shows every request. */
const MAX_MOVING = 6;

/** Wires between the boxes of the map, and a dot that moves along them for every request. */
export function drawTrack(root: HTMLElement): void {
  const map = root.querySelector<HTMLElement>('[data-map]');
  if (!map) return;
  const wires = document.createElementNS(SVG, 'svg');
  wires.setAttribute('class', 'wires');
  wires.setAttribute('aria-hidden', 'true');
  map.prepend(wires);
  const redraw = () => drawWires(map, wires);
  new ResizeObserver(redraw).observe(map);
  document.addEventListener('baton:cluster', () => requestAnimationFrame(redraw));
  document.addEventListener('baton:request', (event) => runAlong(map, (event as CustomEvent<SentRequest>).detail));
  redraw();
}

function drawWires(map: HTMLElement, wires: SVGElement): void {
  const replicas = [...map.querySelectorAll<HTMLElement>('.replica:not(.down)')].map((node) => node.dataset['node']!);
  const stores = [...map.querySelectorAll<HTMLElement>('.store:not(.away, .absent)')].map((node) => node.dataset['node']!);
  const pairs = [
    ['tab', 'ingress'],
    ...replicas.map((name) => ['ingress', name]),
    ...replicas.flatMap((name) => stores.map((store) => [name, store])),
  ];
  const paths = pairs.map(([from, to]) => lane(map, from!, to!)).filter((path) => path !== null);
  wires.replaceChildren(...paths.map(pathElement));
}

function pathElement(path: string): SVGElement {
  const element = document.createElementNS(SVG, 'path');
  element.setAttribute('d', path);
  return element;
}

function runAlong(map: HTMLElement, { replica, store, outcome }: SentRequest): void {
  if (!replica || matchMedia('(prefers-reduced-motion: reduce)').matches) return flash(map, replica);
  if (map.querySelectorAll('.moving-dot').length >= MAX_MOVING) return;
  const stops = ['tab', 'ingress', replica, ...(store ? [store] : [])];
  const lanes = stops.slice(1).map((to, index) => lane(map, stops[index]!, to));
  if (lanes.some((path) => path === null)) return;
  void runLanes(map, lanes as string[], outcome).then(() => flash(map, replica));
}

async function runLanes(map: HTMLElement, lanes: string[], outcome: string): Promise<void> {
  const dot = document.createElement('span');
  dot.className = `moving-dot ${outcome}`;
  dot.ariaHidden = 'true';
  map.append(dot);
  for (const path of lanes) {
    dot.style.offsetPath = `path("${path}")`;
    await dot.animate([{ offsetDistance: '0%' }, { offsetDistance: '100%' }], {
      duration: LAP_MS / lanes.length,
      easing: 'ease-in-out',
    }).finished;
  }
  dot.remove();
}

function flash(map: HTMLElement, replica: string | null): void {
  const node = replica ? map.querySelector<HTMLElement>(`[data-node="${CSS.escape(replica)}"]`) : null;
  node?.classList.add('served');
  setTimeout(() => node?.classList.remove('served'), 350);
}

/** A curve from box to box: sideways where they stand side by side, downwards where they are stacked. */
function lane(map: HTMLElement, from: string, to: string): string | null {
  const [a, b] = [box(map, from), box(map, to)];
  if (!a || !b) return null;
  const sideways = b.left >= a.right || a.left >= b.right;
  const start = sideways ? { x: a.right, y: a.middle.y } : { x: a.middle.x, y: a.bottom };
  const end = sideways ? { x: b.left, y: b.middle.y } : { x: b.middle.x, y: b.top };
  const bend: [Point, Point] = sideways
    ? [
        { x: (start.x + end.x) / 2, y: start.y },
        { x: (start.x + end.x) / 2, y: end.y },
      ]
    : [
        { x: start.x, y: (start.y + end.y) / 2 },
        { x: end.x, y: (start.y + end.y) / 2 },
      ];
  return `M${text(start)} C${text(bend[0])} ${text(bend[1])} ${text(end)}`;
}

function box(map: HTMLElement, name: string) {
  const node = map.querySelector(`[data-node="${CSS.escape(name)}"]`);
  if (!node) return null;
  const origin = map.getBoundingClientRect();
  const { left, top, width, height } = node.getBoundingClientRect();
  const [x, y] = [left - origin.left, top - origin.top];
  return { left: x, right: x + width, top: y, bottom: y + height, middle: { x: x + width / 2, y: y + height / 2 } };
}

const text = ({ x, y }: Point) => `${x.toFixed(1)} ${y.toFixed(1)}`;
