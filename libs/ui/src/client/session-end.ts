interface Ended {
  title: string;
  detail: string;
  signIn: string;
}

/**
 * Listens for the end of this tab's session: from another browser, an administrator, a password change. The stream is
 * resumed from the last number seen, so an end that happened while disconnected is told as well.
 */
export function showWhenSessionEnds(): void {
  const events = new EventSource('/api/events');
  events.addEventListener('ended', (event) => {
    events.close();
    announce(JSON.parse((event as MessageEvent<string>).data) as Ended);
    document.dispatchEvent(new CustomEvent('baton:ended'));
  });
  for (const type of ['cluster', 'hello']) {
    events.addEventListener(type, (event) => {
      const detail: unknown = JSON.parse((event as MessageEvent<string>).data);
      document.dispatchEvent(new CustomEvent(`baton:${type}`, { detail }));
    });
  }
  addEventListener('pagehide', () => events.close());
}

function announce({ title, detail, signIn }: Ended): void {
  const toast = document.createElement('div');
  toast.className = 'toast';
  toast.role = 'alert';
  const link = document.createElement('a');
  link.href = `/auth/login?to=${encodeURIComponent(location.pathname)}`;
  link.textContent = signIn;
  toast.append(paragraph(title, 'strong'), paragraph(detail, 'span'), link);
  document.body.append(toast);
}

function paragraph(text: string, element: 'strong' | 'span'): HTMLElement {
  const child = document.createElement(element);
  child.textContent = text;
  const block = document.createElement('p');
  block.append(child);
  return block;
}
