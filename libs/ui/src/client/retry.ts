/** Reloads an error page after the `Retry-After` of its response; waits while the tab is hidden. */
export function reloadAfterRetryTime(): void {
  const link = document.querySelector<HTMLAnchorElement>('a[data-retry-seconds]');
  const seconds = Number(link?.dataset['retrySeconds']);
  if (!link || !(seconds > 0)) return;
  setTimeout(() => whenVisible(() => location.assign(link.href)), seconds * 1000);
}

function whenVisible(action: () => void): void {
  if (!document.hidden) return action();
  document.addEventListener('visibilitychange', action, { once: true });
}
