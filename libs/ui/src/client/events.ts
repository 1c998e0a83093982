/** Kinds of news; each becomes a document event of the same name with `baton:` before it. */
const KINDS = ['hello', 'ended', 'cluster'];
const REOPEN_MS = 2000;

/**
 * Keeps one stream of news open while the tab is seen: browsers allow six connections to a host, so hidden tabs give theirs
 * back. Every stream starts where the one before stopped (`last`), so nothing is missed in between.
 */
export function listen(address: string): void {
  let source: EventSource | null = null;
  let last = '';

  const open = () => {
    source?.close();
    source = new EventSource(last ? withLast(address, last) : address);
    for (const kind of KINDS) source.addEventListener(kind, (event) => pass(kind, event as MessageEvent<string>));
    // The browser tries again by itself unless the answer was an error, such as a 503.
    source.addEventListener('error', () => source?.readyState === EventSource.CLOSED && reopenLater());
  };
  const pass = (kind: string, event: MessageEvent<string>) => {
    last = event.lastEventId || last;
    if (kind === 'ended') stop();
    document.dispatchEvent(new CustomEvent(`baton:${kind}`, { detail: JSON.parse(event.data) as unknown }));
  };
  const reopenLater = () => setTimeout(() => !document.hidden && source?.readyState === EventSource.CLOSED && open(), REOPEN_MS);
  const seenOrNot = () => (document.hidden ? source?.close() : open());
  const stop = () => {
    source?.close();
    document.removeEventListener('visibilitychange', seenOrNot);
  };

  document.addEventListener('visibilitychange', seenOrNot);
  addEventListener('pagehide', () => source?.close());
  if (!document.hidden) open();
}

const withLast = (address: string, last: string) =>
  `${address}${address.includes('?') ? '&' : '?'}last=${encodeURIComponent(last)}`;
