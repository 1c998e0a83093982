import type { Problem } from '@baton/platform';
import type { PageProblem } from '@baton/ui';
import type { Response } from 'express';

/** What a person is told of a problem: its words, when to try again, and the name of the request for whoever they ask. */
export function pageProblem({ status, title, detail }: Problem, response: Response): PageProblem {
  const wait = Number(response.getHeader('retry-after'));
  return { status, title, detail, requestId: response.get('x-request-id'), retryAfterSeconds: wait > 0 ? wait : undefined };
}
