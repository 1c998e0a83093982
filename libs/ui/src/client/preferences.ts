/** Previews a chosen theme or density before the form is sent. */
export function previewPreferences(): void {
  document.addEventListener('change', (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !['theme', 'density'].includes(input.name)) return;
    document.documentElement.dataset[input.name] = input.value;
  });
}
