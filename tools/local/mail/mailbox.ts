import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { LOOPBACK } from '../ports.ts';
import { type Mail, mailboxPage, mailPage } from './mailbox-pages.ts';

/** An SMTP server that forwards nothing, and pages that show what it took: on loopback only, in memory. */
export interface Mailbox {
  smtpUrl: string;
  /** `/` lists the mails, newest first; `/<number>` shows one. Programs that ask for JSON get the list. */
  url: string;
  /** Oldest first. */
  readonly mails: readonly Mail[];
  close(): Promise<void>;
}

const MOST_MAILS = 200;
const MOST_BYTES = 1_000_000;

export async function startMailbox(): Promise<Mailbox> {
  const mails: Mail[] = [];
  const smtp = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    size: MOST_BYTES,
    disableReverseLookup: true,
    onData: (stream, _session, done) => {
      void buffer(stream)
        .then(read)
        .then((mail) => (keep(mails, mail), done()), done);
    },
  });
  // A client that goes away in the middle of a mail is no reason to stop.
  smtp.on('error', () => undefined);
  const smtpPort = await listen(smtp.server);
  const web = createServer((request, response) => respond(mails, request, response));
  const webPort = await listen(web);
  return {
    smtpUrl: `smtp://${LOOPBACK}:${smtpPort}`,
    // Not localhost: browsers would send it the cookies of the site.
    url: `http://${LOOPBACK}:${webPort}`,
    mails,
    close: async () => {
      web.closeAllConnections();
      await Promise.all([new Promise((resolve) => web.close(resolve)), new Promise<void>((resolve) => smtp.close(resolve))]);
    },
  };
}

function listen(server: { listen(port: number, host: string, then: () => void): unknown; address(): unknown }): Promise<number> {
  return new Promise((resolve) => server.listen(0, LOOPBACK, () => resolve((server.address() as AddressInfo).port)));
}

async function read(bytes: Buffer): Promise<Mail> {
  const { to, subject, text } = await PostalMime.parse(bytes);
  return { to: to?.map(({ address }) => address).join(', ') ?? '', subject: subject ?? '', text: text ?? '', at: new Date() };
}

function keep(mails: Mail[], mail: Mail): void {
  mails.push(mail);
  if (mails.length > MOST_MAILS) mails.shift();
}

/** Another name for this machine is another site's: its pages must not read mails (DNS rebinding). */
const OWN_HOST = /^(localhost|127\.0\.0\.1)(:\d+)?$/;

/** No script runs, whatever a mail says. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

function respond(mails: readonly Mail[], request: IncomingMessage, response: ServerResponse): void {
  if (!OWN_HOST.test(request.headers.host ?? '')) return void response.writeHead(421).end();
  const newestFirst = mails.toReversed();
  if (request.headers.accept === 'application/json')
    return void response.writeHead(200, { ...HEADERS, 'content-type': 'application/json' }).end(JSON.stringify(newestFirst));
  const [, number] = /^\/(\d+)$/.exec(request.url ?? '') ?? [];
  const mail = mails[Number(number)];
  if (number && mail) response.writeHead(200, HEADERS).end(mailPage(mail));
  else response.writeHead(request.url === '/' ? 200 : 404, HEADERS).end(mailboxPage(mails));
}
