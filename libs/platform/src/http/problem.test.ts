import { BadRequestException, NotFoundException, ServiceUnavailableException } from '@nestjs/common';
import { toProblem } from './problem.ts';
import { ProblemException } from './problem.exception.ts';

describe('an error as a response', () => {
  it('keeps the words, the extensions and the headers of a problem of ours', () => {
    const response = toProblem(
      new ProblemException(429, { title: 'Too many', detail: 'Wait.', tries: 3 }, { 'Retry-After': '9' }),
    );
    expect(response.problem).toEqual({ type: 'about:blank', title: 'Too many', detail: 'Wait.', tries: 3, status: 429 });
    expect(response.headers).toEqual({ 'Retry-After': '9' });
  });

  it('reveals nothing about an unexpected error', () => {
    const { problem } = toProblem(new Error('connect postgres://app:hunter2@db:5432'));
    expect(problem).toEqual({ type: 'about:blank', title: 'Internal Server Error', status: 500 });
  });

  it.each([new NotFoundException('Cannot GET /<script>'), new BadRequestException('Unexpected token <script>')])(
    'reflects nothing of the request: %s',
    (error) => expect(JSON.stringify(toProblem(error))).not.toContain('script'),
  );

  it('has Retry-After for every 503', () => {
    expect(toProblem(new ServiceUnavailableException()).headers).toHaveProperty('Retry-After');
  });

  it.each([
    [Object.assign(new Error('big'), { status: 413 }), 413],
    [Object.assign(new Error('odd'), { status: 200 }), 500],
    [new URIError('bad'), 400],
    ['a string', 500],
    [null, 500],
    [undefined, 500],
  ])('finds the status of %s', (error, status) => expect(toProblem(error).problem.status).toBe(status));
});
