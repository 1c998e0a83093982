const NOWHERE = 'http://nowhere.invalid';

/** Where to go after the login, if that is a path of this origin; else the start page (open redirects: OWASP, CWE-601). */
export function returnTo(wanted: unknown): string {
  if (typeof wanted !== 'string' || !/^\/(?![/\\])[\x21-\x7e]*$/.test(wanted) || wanted.includes('\\')) return '/';
  if (!URL.canParse(wanted, NOWHERE)) return '/';
  const url = new URL(wanted, NOWHERE);
  // `/..//evil.example` parses to the path `//evil.example`, which a browser would take for a host.
  return url.origin === NOWHERE && !url.pathname.startsWith('//') ? url.pathname + url.search + url.hash : '/';
}
