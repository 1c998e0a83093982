/** Fault buttons without leaving the page; what goes wrong is said aloud. */
export function sendOrdersInTheBackground(root: HTMLElement): void {
  root.addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !('order' in form.dataset)) return;
    event.preventDefault();
    void send(form, event.submitter);
  });
}

async function send(form: HTMLFormElement, button: HTMLElement | null): Promise<void> {
  const body = new URLSearchParams(new FormData(form, button) as unknown as Record<string, string>);
  button?.setAttribute('aria-busy', 'true');
  // Not `form.action`: that is the button of this name.
  const answer = await fetch(form.getAttribute('action') ?? '', {
    method: 'POST',
    body,
    headers: { accept: 'application/json' },
  }).catch(() => null);
  button?.removeAttribute('aria-busy');
  say(answer?.ok ? `Done: ${button?.textContent ?? ''}` : await reason(answer));
}

async function reason(answer: Response | null): Promise<string> {
  if (!answer) return 'Nobody answered; try again.';
  const problem = (await answer.json().catch(() => ({}))) as { title?: string; detail?: string };
  return [problem.title, problem.detail].filter(Boolean).join(': ') || `It did not work (${answer.status}).`;
}

let hide: ReturnType<typeof setTimeout> | undefined;

function say(text: string): void {
  const box = document.querySelector('.order-news') ?? document.body.appendChild(newsBox());
  box.textContent = text;
  clearTimeout(hide);
  hide = setTimeout(() => (box.textContent = ''), 4000);
}

function newsBox(): HTMLElement {
  const box = document.createElement('p');
  box.className = 'order-news';
  box.role = 'status';
  return box;
}
