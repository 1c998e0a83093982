import type { Member } from '../breakable/member.ts';
import type { ExchangeResponse, Exchange, Operation } from './exchange.ts';
import { ask, tallyIn, preferencesIn, reasonOf, type Reply } from './ask.ts';
import { requestFor } from './request.ts';

/** Histories and reports show the label, never the value. */
export interface Cookie {
  label: string;
  value: string;
  session: string;
}

/** Needed by some requests; never recorded. */
export interface Secrets {
  readonly password: string;
  readonly next?: string;
}

/** Every exchange of one run. */
export class Recording {
  readonly exchanges: Exchange[] = [];
  private labels = 0;

  label(kind: 'cookie' | 'session'): string {
    return `${kind}-${++this.labels}`;
  }
}

/** One cookie jar, shared by concurrent requests, like the tabs of a browser. */
export class Browser {
  cookie: Cookie | null = null;
  /** Replaced cookies, which a thief or a stale tab may still send. */
  readonly past: Cookie[] = [];

  readonly name: string;
  readonly user: string;
  private readonly recording: Recording;

  constructor(name: string, user: string, recording: Recording) {
    this.name = name;
    this.user = user;
    this.recording = recording;
  }

  /** Sends a request to a replica and records the exchange. */
  async send(operation: Operation, member: Member, secrets: Secrets, cookie = this.cookie): Promise<Exchange> {
    const sent = operation.kind === 'login' ? null : cookie;
    const startMs = performance.now();
    const reply = await ask(
      member.url,
      requestFor(operation, { user: this.user, password: secrets.password, ...(secrets.next && { next: secrets.next }) }),
      sent?.value ?? null,
    ).catch(reasonOf);
    const issued = typeof reply === 'string' ? null : this.issued(reply, sent);
    const exchange: Exchange = {
      number: this.recording.exchanges.length,
      client: this.name,
      user: this.user,
      session: (issued ?? sent)?.session ?? null,
      cookie: sent?.label ?? null,
      replica: member.name,
      operation,
      startMs,
      endMs: performance.now(),
      response: typeof reply === 'string' ? { kind: 'none', why: reply } : received(reply, issued, operation),
    };
    this.recording.exchanges.push(exchange);
    this.keep(exchange.response, sent, issued);
    return exchange;
  }

  private issued(reply: Reply, sent: Cookie | null): Cookie | null {
    if (!reply.cookie || reply.cookie === sent?.value) return null;
    return {
      label: this.recording.label('cookie'),
      value: reply.cookie,
      session: sent?.session ?? this.recording.label('session'),
    };
  }

  /** Like a browser, except that a response to an older cookie does not replace a newer one. */
  private keep(response: ExchangeResponse, sent: Cookie | null, issued: Cookie | null): void {
    if (response.kind === 'none' || sent !== this.cookie) return;
    const isOver = response.cookie === 'cleared' || response.status === 401;
    if (sent && (issued || isOver)) this.past.push(sent);
    if (issued) this.cookie = issued;
    else if (isOver) this.cookie = null;
  }
}

function received(reply: Reply, issued: Cookie | null, operation: Operation): ExchangeResponse {
  const { status, retryAfter, body } = reply;
  return {
    kind: 'received',
    status,
    retryAfter,
    cookie: issued ? 'issued' : reply.cookie === '' ? 'cleared' : 'kept',
    ...(issued && { issued: issued.label }),
    ...(operation.kind === 'read' && { user: body.user?.name ?? null, store: body.store }),
    ...(operation.kind === 'tally' && status < 400 && { tally: tallyIn(body) }),
    ...(operation.kind === 'preferences' && status < 400 && { preferences: preferencesIn(body) }),
  };
}
