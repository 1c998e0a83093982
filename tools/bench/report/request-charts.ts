/** The charts of the parts `read` and `write`. */
import { STACKS } from '../stacks.ts';
import { type Bar, drawChart } from './chart.ts';
import type { Results, Row } from './rows.ts';

const isOurs = (stack: string): boolean => stack.startsWith('baton') || stack === 'portal';
const titleOf = (stack: string): string => STACKS.find(({ name }) => name === stack)?.title ?? stack;

/** Stacks with 100 thousand sessions and variants of stock are only in the tables. */
const isCharted = ({ stack }: Row): boolean => !stack.endsWith('-100k') && stack !== 'stock-no-timeout';

function bars(rows: Row[], value: (row: Row) => number, text: (row: Row) => string): Bar[] {
  return rows.map((row) => ({ label: titleOf(row.stack), value: value(row), text: text(row), ours: isOurs(row.stack) }));
}

function footerOf({ date, versions, rows }: Results): string {
  const rounds = Math.min(...rows.map((row) => row.rounds));
  return `${date.slice(0, 10)}, Node ${versions.node}, NestJS ${versions['@nestjs/core']}; medians of ${rounds} alternating rounds; repeat: npm run bench`;
}

export function requestCharts(results: Results): Record<string, string> {
  const charted = results.rows.filter(isCharted);
  const footer = footerOf(results);
  const reads = charted.filter(({ scenario }) => scenario === 'read').sort((a, b) => a.cpuMsPer1000 - b.cpuMsPer1000);
  const writes = charted.filter(({ scenario }) => scenario === 'write').sort((a, b) => b.requestsPerSecond - a.requestsPerSecond);
  const read = drawChart({
    title: 'What one read of a session costs',
    subtitle: 'Server CPU milliseconds per 1,000 requests (GET of a 600-byte session, signed in, 50 connections); less is better',
    bars: bars(
      reads,
      (row) => row.cpuMsPer1000,
      (row) => row.cpuMsPer1000.toFixed(1),
    ),
    footer,
  });
  const write = drawChart({
    title: 'Cart changes per second',
    subtitle: 'One server on one core, 50 connections; Baton responds when Postgres and Redis both have it; more is better',
    bars: bars(
      writes,
      (row) => row.requestsPerSecond,
      (row) => `${row.requestsPerSecond.toLocaleString('en')} (p99 ${row.p99Ms.toFixed(0)} ms)`,
    ),
    footer,
  });
  return { ...(reads.length ? { 'read.svg': read } : {}), ...(writes.length ? { 'write.svg': write } : {}) };
}
