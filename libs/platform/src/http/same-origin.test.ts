import type { Request } from 'express';
import { isFromHere } from './same-origin.ts';

const request = (headers: Record<string, string>, { host = 'baton.example', protocol = 'https' } = {}) =>
  ({ host, protocol, get: (name: string) => headers[name] }) as unknown as Request;

describe('a state-changing request', () => {
  it.each([
    [{ 'sec-fetch-site': 'same-origin' }],
    [{ 'sec-fetch-site': 'none' }],
    [{ origin: 'https://baton.example' }],
    [{ 'sec-fetch-site': 'same-origin', origin: 'https://name-inside-the-cluster' }],
    [{}],
  ])('is taken with %j', (headers) => expect(isFromHere(request(headers as Record<string, string>), true)).toBe(true));

  it.each([
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ 'sec-fetch-site': 'cross-site', origin: 'https://baton.example' }],
    [{ origin: 'https://evil.example' }],
    [{ origin: 'http://baton.example' }],
    [{ origin: 'https://baton.example.evil.example' }],
    [{ origin: 'https://baton.example:8443' }],
    [{ origin: 'null' }],
    [{ 'sec-fetch-site': 'SAME-ORIGIN, cross-site' }],
  ])('is refused with %j', (headers) => expect(isFromHere(request(headers as Record<string, string>), true)).toBe(false));

  it.each([
    ['http', 'baton.example', false, ['http://baton.example']],
    ['https', 'baton.example', false, ['https://baton.example']],
    ['https', 'baton.example:443', false, ['https://baton.example']],
    // The proxy that terminates TLS sends no X-Forwarded-Proto.
    ['http', 'baton.example', true, ['https://baton.example']],
    ['http', 'localhost:8080', true, ['http://localhost:8080', 'https://localhost:8080']],
    ['http', 'localhost:8080', false, ['http://localhost:8080']],
  ])('over %s to %s, Secure cookie: %j, has the origin %j', (protocol, host, https, own) => {
    const origins = ['http', 'https'].flatMap((scheme) => ['baton.example', 'localhost:8080'].map((at) => `${scheme}://${at}`));
    const taken = origins.filter((origin) => isFromHere(request({ origin }, { host, protocol }), https));
    expect(taken).toEqual(own);
  });
});
