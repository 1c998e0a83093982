import { randomBytes } from 'node:crypto';
import { tagOf } from './id.ts';

it('tags a key with its first byte in hex', () => {
  for (let byte = 0; byte < 256; byte++) {
    const bytes = Buffer.concat([Buffer.from([byte]), randomBytes(31)]);
    expect(tagOf(bytes.toString('base64url'))).toBe(bytes.toString('hex').slice(0, 2));
  }
});
