const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\]|([a-z0-9-]+\.)+localhost)$/;

/**
 * Whether a Host header names this machine, or one of `names`. Another site can give its own name the address 127.0.0.1 (DNS
 * rebinding): browsers then take this site for that one, and its scripts could log in with the public passwords.
 */
export function isOwnHost(host: string | undefined, names: readonly string[]): boolean {
  const name = (host ?? '').toLowerCase().replace(/:\d{1,5}$/, '');
  return LOCAL.test(name) || names.includes(name);
}
