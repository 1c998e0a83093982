import { GRACE_MS, endsAt, isLive, isRenewalDue, isTouchDue, judgeProof } from './policy.ts';
import type { SessionRecord } from './record.ts';

const NOW = 1_700_000_000_000;
const policy = { idleSeconds: 60, absoluteSeconds: 600, touchSeconds: 10, renewSeconds: 100 };

const record = (over: Partial<SessionRecord> = {}): SessionRecord => ({
  key: 'key',
  publicId: 'public',
  proof: 'current',
  previousProof: 'previous',
  nextProof: null,
  renewedAt: NOW,
  userId: 'u1',
  attributes: {},
  version: 1,
  createdAt: NOW,
  authenticatedAt: NOW,
  lastSeenAt: NOW,
  idleSeconds: 60,
  expiresAt: NOW + 600_000,
  device: { ip: null, userAgent: null },
  revokedAt: null,
  readFrom: 'memory',
  ...over,
});

describe('the clocks of a session', () => {
  it('ends it one touch interval after its idle time, and not a millisecond before', () => {
    expect(endsAt(record(), policy)).toBe(NOW + 70_000);
    expect(isLive(record(), policy, NOW + 69_999)).toBe(true);
    expect(isLive(record(), policy, NOW + 70_000)).toBe(false);
  });

  it('ends it at its absolute end, however lately it was used', () => {
    const used = record({ lastSeenAt: NOW + 599_000 });
    expect(isLive(used, policy, NOW + 599_999)).toBe(true);
    expect(isLive(used, policy, NOW + 600_000)).toBe(false);
  });

  it('knows no way back from a revocation', () => {
    expect(isLive(record({ revokedAt: NOW }), policy, NOW - 1)).toBe(false);
  });

  it('writes use down once per touch interval', () => {
    expect(isTouchDue(NOW, policy, NOW + 9_999)).toBe(false);
    expect(isTouchDue(NOW, policy, NOW + 10_000)).toBe(true);
  });

  it('renews the id of a signed-in session when it is old enough, and of no other', () => {
    expect(isRenewalDue(record(), policy, NOW + 99_999)).toBe(false);
    expect(isRenewalDue(record(), policy, NOW + 100_000)).toBe(true);
    expect(isRenewalDue(record({ userId: null }), policy, NOW + 100_000)).toBe(false);
    expect(isRenewalDue(record(), { renewSeconds: 0 }, NOW + 1e9)).toBe(false);
  });

  it('issues another id when the one before was never used', () => {
    const issued = record({ nextProof: 'next' });
    expect(isRenewalDue(issued, policy, NOW + GRACE_MS - 1)).toBe(false);
    expect(isRenewalDue(issued, policy, NOW + GRACE_MS)).toBe(true);
  });
});

describe('an id', () => {
  it.each([
    ['current', 0, 'current'],
    ['next', 0, 'next'],
    ['previous', GRACE_MS - 1, 'grace'],
    ['previous', GRACE_MS, 'stolen'],
    ['anything else', 0, 'stolen'],
  ])('%s, %i ms after the renewal, is judged %s', (proof, afterMs, verdict) => {
    expect(judgeProof(record({ nextProof: 'next', authenticatedAt: NOW - 1 }), proof, NOW + afterMs)).toBe(verdict);
  });

  it('that was replaced because the user proved who they are is refused at once, but is no theft while requests may be in progress', () => {
    const replaced = record({ authenticatedAt: NOW, renewedAt: NOW });
    expect(judgeProof(replaced, 'previous', NOW)).toBe('replaced');
    expect(judgeProof(replaced, 'previous', NOW + GRACE_MS)).toBe('stolen');
  });

  it('from before that one is no theft either: a session may be renewed, or be replaced twice, while requests are in progress', () => {
    const replaced = record({ authenticatedAt: NOW, renewedAt: NOW });
    expect(judgeProof(replaced, 'the one before', NOW + GRACE_MS - 1)).toBe('replaced');
    expect(judgeProof(replaced, 'the one before', NOW + GRACE_MS)).toBe('stolen');
  });

  it('from before the login cannot be: a session begins with it', () => {
    const opened = record({ authenticatedAt: NOW, renewedAt: NOW, previousProof: null });
    expect(judgeProof(opened, 'anything else', NOW)).toBe('stolen');
  });
});
