const NOWHERE = 'http://nowhere.invalid';

/** A path of this origin, safe as a link or a redirect; `/` for anything else (open redirects: OWASP, CWE-601). */
export function ownPath(wanted: unknown): string {
  if (typeof wanted !== 'string' || !/^\/(?![/\\])[\x21-\x7e]*$/.test(wanted) || wanted.includes('\\')) return '/';
  if (!URL.canParse(wanted, NOWHERE)) return '/';
  const url = new URL(wanted, NOWHERE);
  // `/..//evil.example` parses to the path `//evil.example`, which a browser would take for a host.
  return url.origin === NOWHERE && !url.pathname.startsWith('//') ? url.pathname + url.search + url.hash : '/';
}
