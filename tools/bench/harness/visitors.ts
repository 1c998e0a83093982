/** The signed-in visitors whose requests the load generator sends, and their cookies, updated as in a browser. */
import { sku, ARTICLES } from '../peers/workload.ts';
import { runLoad, type Workload } from './load.ts';

export interface Route {
  method: 'GET' | 'POST';
  path: string;
}

const SET_COOKIE = /\r\nset-cookie: ([^;\r]+)/gi;
const SIGN_IN_CONNECTIONS = 16;

const addArticle = (article: string): object => ({ sku: article, quantity: 1 });

export class Visitors {
  private readonly cookies: string[];
  private readonly host: string;

  constructor(port: number, cookies: string[]) {
    this.host = `127.0.0.1:${port}`;
    this.cookies = cookies;
  }

  /** Signs `count` visitors in over HTTP, as a browser would. */
  static async signIn(port: number, count: number): Promise<Visitors> {
    const cookies: string[] = [];
    const visitors = new Visitors(port, cookies);
    let next = 0;
    const result = await runLoad({
      port,
      connections: SIGN_IN_CONNECTIONS,
      next: () => (next < count ? visitors.request({ method: 'POST', path: '/login' }, '', JSON.stringify({ n: ++next })) : null),
      answered: (_connection, _status, head) => void cookies.push(cookiesOf(head)),
    });
    if (result.statuses[204] !== count) throw new Error(`Sign-in failed, response statuses: ${JSON.stringify(result.statuses)}.`);
    return visitors;
  }

  /** Reads: every connection cycles through its own visitors, or picks any visitor at random. */
  reading(path: string, connections: number, order: 'own' | 'random' = 'own'): Workload {
    const requests: (Buffer | undefined)[] = [];
    const choose = order === 'own' ? this.ownTurn(connections) : () => Math.floor(Math.random() * this.cookies.length);
    const next = (connection: number) => {
      const index = choose(connection);
      return (requests[index] ??= Buffer.from(this.request({ method: 'GET', path }, this.cookies[index]!)));
    };
    return { next };
  }

  /** Adds one to a counter that the session already has, so that sessions keep their size. */
  adding(path: string, connections: number, change = addArticle): Workload {
    const turn = this.ownTurn(connections);
    const current: number[] = [];
    const next = (connection: number) => {
      const index = (current[connection] = turn(connection));
      const body = JSON.stringify(change(sku(Math.floor(Math.random() * ARTICLES))));
      return this.request({ method: 'POST', path }, this.cookies[index]!, body);
    };
    const answered = (connection: number, _status: number, head: string) => {
      const cookie = cookiesOf(head);
      if (cookie) this.cookies[current[connection]!] = cookie;
    };
    return { next, answered };
  }

  private ownTurn(connections: number): (connection: number) => number {
    const turns = Array.from({ length: connections }, () => 0);
    const own = Math.max(1, Math.floor(this.cookies.length / connections));
    return (connection) => (connection + connections * (turns[connection]!++ % own)) % this.cookies.length;
  }

  private request({ method, path }: Route, cookie: string, body = ''): string {
    const content = body ? `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` : '';
    const jar = cookie ? `Cookie: ${cookie}\r\n` : '';
    return `${method} ${path} HTTP/1.1\r\nHost: ${this.host}\r\n${jar}${content}\r\n${body}`;
  }
}

/** The cookies that a response sets, as `name=value; name=value`. */
function cookiesOf(head: string): string {
  return Array.from(head.matchAll(SET_COOKIE), ([, pair]) => pair).join('; ');
}
