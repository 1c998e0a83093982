/** A mail that the mailbox took. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly at: Date;
}

/** Readable without a build: the launcher has no client assets. Colors reach WCAG AA in both schemes. */
const STYLE = `:root { color-scheme: light dark } body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem;
  font: 1rem/1.5 system-ui, sans-serif;
  color: light-dark(#1a1a1a, #eee); background: light-dark(#fff, #161616) } a { color: light-dark(#0645ad, #9ecbff) } li { margin: .5rem 0 } pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere }`;

export const mailboxPage = (mails: readonly Mail[]): string =>
  page(
    'Mailbox',
    `<p>Mails that this launcher caught. None of them left this machine. Reload to see new ones.</p>
${mails.length === 0 ? '<p>No mail yet.</p>' : `<ol reversed>${mails.map(item).toReversed().join('')}</ol>`}`,
  );

export const mailPage = ({ to, subject, text, at }: Mail): string =>
  page(
    subject,
    `<p>To ${escape(to)}, ${time(at)}</p>
<pre>${withLinks(escape(text))}</pre>
<p><a href="/">Mailbox</a></p>`,
  );

const item = ({ to, subject, at }: Mail, index: number): string =>
  `<li><a href="/${index}">${escape(subject || 'No subject')}</a> to ${escape(to)}, ${time(at)}</li>`;

const page = (title: string, content: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title><style>${STYLE}</style></head>
<body><main><h1>${escape(title)}</h1>
${content}</main></body></html>`;

const time = (at: Date): string =>
  `<time datetime="${at.toISOString()}">${at.toISOString().slice(0, 19).replace('T', ' ')} UTC</time>`;

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);

/** The text is escaped already, so an address ends before any quote. */
const withLinks = (html: string): string => html.replace(/https?:\/\/[^\s&]+/g, (url) => `<a href="${url}">${url}</a>`);
