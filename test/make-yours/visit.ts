import type { RunFile } from '../../tools/local/folder.ts';

type Replica = RunFile['replicas'][number];

/** A visitor of a served clone, with a cookie jar. */
export class Visitor {
  private readonly jar = new Map<string, string>();
  private readonly origin: string;

  constructor(origin: string) {
    this.origin = origin;
  }

  async request(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(init.headers as Record<string, string>), ...(cookie && { cookie }) };
    const response = await fetch(new URL(path, this.origin), { redirect: 'manual', ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      if (value) this.jar.set(name!, value);
      else this.jar.delete(name!);
    }
    return response;
  }

  post(path: string, body: object): Promise<Response> {
    return this.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    });
  }

  get cookies(): string[] {
    return [...this.jar.keys()];
  }

  /** The user of this session, and the replica that served the response. */
  async session(): Promise<{ status: number; user?: string; replica?: string }> {
    const response = await this.request('/api/session', { headers: { accept: 'application/json' } });
    if (response.status !== 200) return { status: response.status };
    const body = (await response.json()) as { user: { name: string }; servedBy: { replica: string } };
    return { status: 200, user: body.user.name, replica: body.servedBy.replica };
  }

  /** Every page that links reach, and the links that lead nowhere: `<page> -> <target>: <status>`. */
  async crawl(): Promise<{ pages: string[]; dead: string[] }> {
    const seen = new Map<string, string>([['/', 'the address itself']]);
    const dead: string[] = [];
    for (const [path, from] of seen) {
      const response = await this.request(path, { headers: { accept: 'text/html,*/*;q=0.8' } });
      const location = response.headers.get('location');
      const html = response.headers.get('content-type')?.includes('text/html') ? await response.text() : '';
      if (html === '') await response.body?.cancel();
      // A page for users shows visitors a link to the login; any other 401 is a dead link.
      const asksToLogIn = response.status === 401 && html.includes('/auth/login');
      if (response.status >= 400 && !asksToLogIn) dead.push(`${from} -> ${path}: ${response.status}`);
      for (const target of [...targetsIn(html), ...(location ? [location] : [])]) {
        const url = new URL(target.replaceAll('&amp;', '&'), new URL(path, this.origin));
        const next = url.pathname + url.search;
        if (url.origin === new URL(this.origin).origin && !seen.has(next)) seen.set(next, path);
      }
    }
    return { pages: [...seen.keys()], dead };
  }
}

const targetsIn = (html: string): string[] =>
  [...html.matchAll(/<(?:a|link|script|img|iframe)\b[^>]*?\s(?:href|src)="([^"]+)"/g)].map(([, target]) => target!);

export const replicaNamed = ({ replicas }: RunFile, name: string): Replica => replicas.find((replica) => replica.name === name)!;
