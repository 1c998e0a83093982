/** Loads an error page again after the time that its answer named; waits while the tab is hidden. */
export function retryWhenTold(): void {
  const link = document.querySelector<HTMLAnchorElement>('a[data-retry-seconds]');
  const seconds = Number(link?.dataset['retrySeconds']);
  if (!link || !(seconds > 0)) return;
  setTimeout(() => whenVisible(() => location.assign(link.href)), seconds * 1000);
}

function whenVisible(action: () => void): void {
  if (!document.hidden) return action();
  document.addEventListener('visibilitychange', action, { once: true });
}
