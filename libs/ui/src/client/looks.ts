/** Shows a chosen theme or density before it is saved; saving stays the server's business. */
export function applyLooksAtOnce(): void {
  document.addEventListener('change', (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !['theme', 'density'].includes(input.name)) return;
    document.documentElement.dataset[input.name] = input.value;
  });
}
