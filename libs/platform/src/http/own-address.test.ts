import type { Request, Response } from 'express';
import { plausibleAddress } from './own-address.ts';

const passes = (headers: Record<string, string>): boolean => {
  let passed = false;
  const same = () => response;
  const response = { status: same, set: same, vary: same, type: same, send: same } as unknown as Response;
  const request = { get: (name: string) => headers[name], accepts: () => 'json' } as unknown as Request;
  plausibleAddress(request, response, () => (passed = true));
  return passed;
};

describe('the address of a request', () => {
  it.each(['baton.example', 'localhost:8080', '[::1]:8080', '127.0.0.1', 'my_host', 'a.example, b.example'])(
    'can be %s',
    (host) => {
      expect(passes({ host, 'x-forwarded-host': host, 'x-forwarded-proto': 'https, http' })).toBe(true);
    },
  );

  it.each(['<script>', 'a b', 'host/path', 'user@host', 'a"b'])('cannot be %s', (host) => {
    expect([
      passes({ host }),
      passes({ host: 'a', 'x-forwarded-host': host }),
      passes({ host: 'a', 'x-forwarded-proto': host }),
    ]).toEqual([false, false, false]);
  });
});
