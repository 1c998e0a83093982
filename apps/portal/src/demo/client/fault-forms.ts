/** Sends fault forms without leaving the page, and shows the result. */
export function sendFaultsInTheBackground(root: HTMLElement): void {
  root.addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !('fault' in form.dataset)) return;
    event.preventDefault();
    void send(form, event.submitter);
  });
}

async function send(form: HTMLFormElement, button: HTMLElement | null): Promise<void> {
  const body = new URLSearchParams(new FormData(form, button) as unknown as Record<string, string>);
  button?.setAttribute('aria-busy', 'true');
  // `form.action` is the button of that name.
  const response = await fetch(form.getAttribute('action') ?? '', {
    method: 'POST',
    body,
    headers: { accept: 'application/json' },
  }).catch(() => null);
  button?.removeAttribute('aria-busy');
  show(response?.ok ? `Done: ${button?.textContent ?? ''}` : await reason(response));
}

async function reason(response: Response | null): Promise<string> {
  if (!response) return 'No response. Try again.';
  const problem = (await response.json().catch(() => ({}))) as { title?: string; detail?: string };
  return [problem.title, problem.detail].filter(Boolean).join(': ') || `The command failed with status ${response.status}.`;
}

let hide: ReturnType<typeof setTimeout> | undefined;

function show(text: string): void {
  const box = document.querySelector('.fault-result') ?? document.body.appendChild(resultBox());
  box.textContent = text;
  clearTimeout(hide);
  hide = setTimeout(() => (box.textContent = ''), 4000);
}

function resultBox(): HTMLElement {
  const box = document.createElement('p');
  box.className = 'fault-result';
  box.role = 'status';
  return box;
}
