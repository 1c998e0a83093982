interface Ended {
  title: string;
  detail: string;
  signIn: string;
}

/** Shows why this tab's session ended: logged out elsewhere, revoked by an administrator, password changed. */
export function showSessionEnd({ title, detail, signIn }: Ended): void {
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
