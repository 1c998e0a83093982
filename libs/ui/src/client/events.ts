/** Sent to every page; a page names further types that it handles. */
const TYPES = ['hello', 'ended'];
const REOPEN_MS = 2000;
/** Each refusal doubles the wait, up to this. */
const LONGEST_WAIT_MS = 16_000;

/**
 * Keeps one event stream open while the tab is visible: browsers allow six connections to a host, so hidden tabs close theirs.
 * A new stream resumes after the last event received (`last`), so none is missed. Each event is dispatched on the document
 * as `baton:<type>`.
 */
export function listen(address: string, types: string[]): void {
  let source: EventSource | null = null;
  let last = '';
  let waitMs = REOPEN_MS;

  const open = () => {
    source?.close();
    source = new EventSource(last ? withLast(address, last) : address);
    for (const type of [...TYPES, ...types])
      source.addEventListener(type, (event) => dispatch(type, event as MessageEvent<string>));
    // The browser reconnects by itself, except after an error response such as a 429 or 503.
    source.addEventListener('error', () => source?.readyState === EventSource.CLOSED && reopenLater());
  };
  const dispatch = (type: string, event: MessageEvent<string>) => {
    waitMs = REOPEN_MS;
    last = event.lastEventId || last;
    if (type === 'ended') stop();
    document.dispatchEvent(new CustomEvent(`baton:${type}`, { detail: JSON.parse(event.data) as unknown }));
  };
  const reopenLater = () => {
    setTimeout(() => !document.hidden && source?.readyState === EventSource.CLOSED && open(), waitMs);
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  };
  const openOrClose = () => (document.hidden ? source?.close() : open());
  const stop = () => {
    source?.close();
    document.removeEventListener('visibilitychange', openOrClose);
  };

  document.addEventListener('visibilitychange', openOrClose);
  addEventListener('pagehide', () => source?.close());
  if (!document.hidden) open();
}

const withLast = (address: string, last: string) =>
  `${address}${address.includes('?') ? '&' : '?'}last=${encodeURIComponent(last)}`;
