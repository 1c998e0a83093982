/** Bar charts as SVG, legible on light and dark pages. */
export interface Bar {
  label: string;
  value: number;
  /** Label after the bar; default: the value. */
  text?: string;
  ours?: boolean;
}

export interface Chart {
  title: string;
  /** What the values measure, and whether less or more is better. */
  subtitle: string;
  bars: Bar[];
  footer: string;
}

const WIDTH = 880;
const LABEL_WIDTH = 390;
const VALUE_WIDTH = 130;
const ROW_HEIGHT = 28;
const HEAD_HEIGHT = 66;

const STYLE = `
    text { font: 14px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2430; }
    .title { font-size: 17px; font-weight: 600; }
    .muted { font-size: 12px; fill: #5c6470; }
    .bar { fill: #9aa4b2; }
    .ours { fill: #0f766e; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6e9ef; }
      .muted { fill: #a3acb9; }
      .bar { fill: #64707f; }
      .ours { fill: #2dd4bf; }
    }`;

const escapeXml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function row(bar: Bar, index: number, highest: number): string {
  const y = HEAD_HEIGHT + index * ROW_HEIGHT;
  const width = Math.max(2, Math.round(((WIDTH - LABEL_WIDTH - VALUE_WIDTH) * bar.value) / highest));
  return `  <text x="${LABEL_WIDTH - 10}" y="${y + 16}" text-anchor="end"${bar.ours ? ' font-weight="600"' : ''}>${escapeXml(bar.label)}</text>
  <rect class="${bar.ours ? 'ours' : 'bar'}" x="${LABEL_WIDTH}" y="${y + 2}" width="${width}" height="${ROW_HEIGHT - 9}" rx="3"/>
  <text x="${LABEL_WIDTH + width + 8}" y="${y + 16}">${escapeXml(bar.text ?? String(bar.value))}</text>`;
}

export function drawChart({ title, subtitle, bars, footer }: Chart): string {
  const highest = Math.max(...bars.map(({ value }) => value));
  const height = HEAD_HEIGHT + bars.length * ROW_HEIGHT + 30;
  const summary = bars.map(({ label, value, text }) => `${label}: ${text ?? value}`).join('; ');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title summary">
  <title id="title">${escapeXml(title)}</title>
  <desc id="summary">${escapeXml(summary)}</desc>
  <style>${STYLE}
  </style>
  <text class="title" x="10" y="24">${escapeXml(title)}</text>
  <text class="muted" x="10" y="44">${escapeXml(subtitle)}</text>
${bars.map((bar, index) => row(bar, index, highest)).join('\n')}
  <text class="muted" x="10" y="${height - 10}">${escapeXml(footer)}</text>
</svg>
`;
}
