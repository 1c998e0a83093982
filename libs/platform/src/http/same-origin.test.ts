import type { Request } from 'express';
import { isFromHere } from './same-origin.ts';

const request = (headers: Record<string, string>) =>
  ({ host: 'baton.example', get: (name: string) => headers[name] }) as unknown as Request;

describe('a state-changing request', () => {
  it.each([
    [{ 'sec-fetch-site': 'same-origin' }],
    [{ 'sec-fetch-site': 'none' }],
    [{ origin: 'https://baton.example' }],
    [{ 'sec-fetch-site': 'same-origin', origin: 'https://name-inside-the-cluster' }],
    [{}],
  ])('is taken with %j', (headers) => expect(isFromHere(request(headers as Record<string, string>))).toBe(true));

  it.each([
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ 'sec-fetch-site': 'cross-site', origin: 'https://baton.example' }],
    [{ origin: 'https://evil.example' }],
    [{ origin: 'https://baton.example.evil.example' }],
    [{ origin: 'https://baton.example:8443' }],
    [{ origin: 'null' }],
    [{ 'sec-fetch-site': 'SAME-ORIGIN, cross-site' }],
  ])('is refused with %j', (headers) => expect(isFromHere(request(headers as Record<string, string>))).toBe(false));
});
