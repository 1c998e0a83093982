import * as fc from 'fast-check';
import { ownPath } from './own-path.ts';

const HERE = 'https://baton.example';

describe('a path of this origin', () => {
  it.each(['/', '/cart', '/cart?page=2#top', '/auth/sessions'])('can be %s', (path) => {
    expect(ownPath(path)).toBe(path);
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
  ])('cannot be %j', (wanted) => {
    expect(ownPath(wanted)).toBe('/');
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
          expect(new URL(ownPath(wanted), HERE).origin).toBe(HERE);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
