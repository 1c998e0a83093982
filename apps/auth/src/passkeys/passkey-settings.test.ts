import { passkeySettings, relyingParty } from './passkey-settings.ts';

const at = (url: string) => relyingParty({ SITE_URL: passkeySettings.SITE_URL.parse(url) });

describe('passkeys', () => {
  it.each([
    ['https://example.org', 'example.org', 'https://example.org'],
    ['https://example.org:8443/path', 'example.org', 'https://example.org:8443'],
    ['http://localhost:8080', 'localhost', 'http://localhost:8080'],
    ['http://shop.localhost', 'shop.localhost', 'http://shop.localhost'],
  ])('belong to the host name of %s', (url, id, origin) => {
    expect(at(url)).toEqual({ id, origin });
  });

  it.each(['http://example.org', 'http://notlocalhost', 'https://192.0.2.1', 'http://127.0.0.1:8080', 'https://[2001:db8::1]'])(
    'are off at %s, where browsers refuse them',
    (url) => {
      expect(at(url)).toBeNull();
    },
  );

  it('are off without SITE_URL', () => {
    expect(relyingParty({})).toBeNull();
  });
});
