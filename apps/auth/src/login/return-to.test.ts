import * as fc from 'fast-check';
import { returnTo } from './return-to.ts';

const HERE = 'https://baton.example';

describe('the way back after a login', () => {
  it.each(['/', '/cart', '/cart?page=2#top', '/auth/sessions'])('goes to %s', (path) => {
    expect(returnTo(path)).toBe(path);
  });

  it.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    'javascript:alert(1)',
    'cart',
    '/..//evil.example',
    '/.//evil.example',
    '/%0d%0aSet-Cookie:x\r\n',
    '',
    undefined,
    ['/cart'],
  ])('does not go to %j', (wanted) => {
    expect(returnTo(wanted)).toBe('/');
  });

  it('never leaves this origin, whatever is asked for', () => {
    const nasty = fc.array(
      fc.constantFrom('/', '\\', '.', '..', '@', ':', 'http:', 'evil.example', '\t', '\n', '%2f', '?', '#', ' '),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          nasty.map((parts) => `/${parts.join('')}`),
        ),
        (wanted) => {
          expect(new URL(returnTo(wanted), HERE).origin).toBe(HERE);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
