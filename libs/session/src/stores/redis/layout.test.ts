import { codecOf } from '../../model/codec.ts';
import { newPublicId, newSessionId, Peppers } from '../../model/id.ts';
import { newRecord, type Attributes, type SessionRecord } from '../../model/record.ts';
import { decodeValue, encodeValue, TOMBSTONE } from './layout.ts';

const device = { ip: '192.0.2.1', userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/145.0' };

function recordOf(attributes: Attributes, over: Partial<SessionRecord> = {}): SessionRecord {
  const session = {
    ...new Peppers(['pepper']).forWriting(newSessionId()),
    publicId: newPublicId(),
    attributes,
    device,
    idleSeconds: 1800,
    absoluteSeconds: 28_800,
    authenticated: true,
  };
  return { ...newRecord(session, Date.now(), 'redis'), ...over };
}

const attributes = { user: { id: 'u1', name: 'Ada', roles: ['admin'] }, cart: { tea: 2 } };

describe('a value in Redis', () => {
  it.each([
    ['clear', codecOf([])],
    ['sealed', codecOf(['a key of enough randomness'])],
  ])('comes back as the record it was made from, %s', (_name, codec) => {
    const plain = recordOf(attributes);
    const { createdAt } = plain;
    const renewed = {
      ...plain,
      previousProof: 'p',
      nextProof: 'n',
      renewedAt: createdAt + 5,
      lastSeenAt: createdAt + 7,
      version: 12,
    };
    const anonymous = recordOf({}, { authenticatedAt: null });
    for (const record of [plain, renewed, anonymous])
      expect(decodeValue(encodeValue(record, codec, true), record.key, codec)).toEqual(record);
  });

  it('leaves the device to Postgres', () => {
    const record = recordOf(attributes);
    const value = encodeValue(record, codecOf([]), false);
    expect(value).not.toContain(device.ip);
    expect(decodeValue(value, record.key, codecOf([])).device).toEqual({ ip: null, userAgent: null });
  });

  it('begins with the version, and is never a tombstone', () => {
    const value = encodeValue(recordOf(attributes, { version: 1_000_007 }), codecOf([]), false);
    expect(value.startsWith('1000007|[')).toBe(true);
    expect(value[0]).not.toBe(TOMBSTONE);
  });

  it('does not hold the id or the key that it is stored under', () => {
    const record = recordOf(attributes);
    expect(encodeValue(record, codecOf([]), true)).not.toContain(record.key);
  });

  it('takes less than 770 bytes for 600 bytes of attributes', () => {
    const filler = { text: 'x'.repeat(600 - JSON.stringify({ text: '' }).length) };
    const record = recordOf(filler, { previousProof: 'p'.repeat(22), renewedAt: Date.now() + 20_000_000 });
    expect(JSON.stringify(record.attributes)).toHaveLength(600);
    expect(Buffer.byteLength(encodeValue(record, codecOf([]), false))).toBeLessThan(770);
  });

  describe('that is sealed', () => {
    const codec = codecOf(['a key of enough randomness']);
    const record = recordOf(attributes, { previousProof: 'p', nextProof: 'n' });
    const value = encodeValue(record, codec, true);
    const [version, fields] = [value.slice(0, value.indexOf('|')), JSON.parse(value.slice(value.indexOf('|') + 1)) as unknown[]];
    const withoutMac = `${version}|${JSON.stringify(fields.slice(0, -1))}`;

    it.each(fields.map((_, at) => at))('does not open if element %d was changed', (at) => {
      const other = typeof fields[at] === 'number' ? fields[at] + 1 : 'another';
      const changed = `${version}|${JSON.stringify(fields.with(at, other))}`;
      expect(() => decodeValue(changed, record.key, codec)).toThrow(/MAC|SESSION_ENCRYPTION_KEYS/);
    });

    it('does not open with another version, under another key, or with another device', () => {
      expect(() => decodeValue(value.replace(/^\d+/, '7'), record.key, codec)).toThrow('MAC');
      expect(() => decodeValue(value, recordOf({}).key, codec)).toThrow('MAC');
      expect(() => decodeValue(value.replace('192.0.2.1', '192.0.2.2'), record.key, codec)).toThrow('MAC');
    });

    it('does not open without its MAC, or in clear with other roles', () => {
      const forged = encodeValue({ ...record, attributes: { user: { id: 'u1', roles: ['admin'] } } }, codecOf([]), true);
      for (const text of [withoutMac, forged])
        expect(() => decodeValue(text, record.key, codec)).toThrow('SESSION_ENCRYPTION_KEYS');
    });

    it('of the version before, or from before encryption, opens during a rollout', () => {
      const migrating = codecOf(['a key of enough randomness'], { migrating: true });
      for (const text of [withoutMac, encodeValue(record, codecOf([]), true)])
        expect(decodeValue(text, record.key, migrating)).toEqual(record);
    });

    it('has its parts where the version before expects them', () => {
      const copy = encodeValue(record, codec, false);
      const parts = JSON.parse(copy.slice(copy.indexOf('|') + 1)) as unknown[];
      expect([parts.length, parts[0], parts[11]]).toEqual([13, record.publicId, null]);
      expect(codec.decode(parts[10] as string, record.key)).toEqual(attributes);
    });
  });
});
