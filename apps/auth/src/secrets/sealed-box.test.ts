import { SealedBox } from './sealed-box.ts';

describe('a sealed box', () => {
  it('opens with any secret of the list, and seals with the first', () => {
    const old = new SealedBox(['old']).seal('k1', 'content');
    expect(new SealedBox(['new', 'old']).open('k1', old)).toBe('content');
    expect(new SealedBox(['new']).open('k1', old)).toBeNull();
    expect(new SealedBox(['new']).open('k1', new SealedBox(['new', 'old']).seal('k1', 'content'))).toBe('content');
  });

  it('stays shut under another name, and when a bit was changed', () => {
    const box = new SealedBox(['secret']);
    const sealed = Buffer.from(box.seal('k1', 'content'), 'base64url');
    expect(box.open('k2', sealed.toString('base64url'))).toBeNull();
    sealed[sealed.length - 1]! ^= 1;
    expect(box.open('k1', sealed.toString('base64url'))).toBeNull();
  });
});
