import { z } from 'zod';
import { json, type Operations, page } from '../operation.ts';

/** This document, with DEMO only. */
export const docsOperations: Operations = {
  'GET /docs': { summary: 'This document as a page', answers: [page('The page')] },
  'GET /docs/openapi.json': {
    summary: 'This document',
    answers: [json('OpenAPI 3.1', z.looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) }))],
  },
};
