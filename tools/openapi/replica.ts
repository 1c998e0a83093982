import { z } from 'zod';
import { json, type Operations, problem, text } from './operation.ts';

/** Of every app; no edge of this repository leads here. */
const check = z.record(z.string(), z.looseObject({ status: z.enum(['up', 'down']) }));
const health = z.object({ status: z.string(), info: check, error: check, details: check });

export const replicaOperations: Operations = {
  'GET /health/live': {
    summary: 'Whether the process is alive',
    answers: [json('It is', z.object({ status: z.literal('ok') }))],
  },
  'GET /health/ready': {
    summary: 'Whether the replica should get traffic',
    answers: [json('It should', health), problem(503, 'It should not: it stops, or no store serves')],
  },
  'GET /metrics': {
    summary: 'Metrics for Prometheus; on METRICS_PORT instead, if set',
    answers: [text('The text format of Prometheus', 'text/plain')],
  },
};
