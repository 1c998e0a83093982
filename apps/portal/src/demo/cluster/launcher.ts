import { ProblemException } from '@baton/platform';
import { Injectable } from '@nestjs/common';

const PATIENCE_MS = 5000;

/** The local launcher, which runs the stores and the replicas; only it can break and mend them. */
@Injectable()
export class Launcher {
  constructor(
    private readonly url: string | undefined,
    private readonly token: string | undefined,
  ) {}

  get isThere(): boolean {
    return this.url !== undefined;
  }

  /** @param order the path of what to do, such as `redis/stop` */
  async tell(order: string): Promise<void> {
    if (!this.url) throw new ProblemException(404, { title: 'No launcher', detail: 'Nothing here can start or stop stores.' });
    const headers = { authorization: `Bearer ${this.token ?? ''}` };
    const answer = await fetch(`${this.url}/${order}`, {
      method: 'POST',
      headers,
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch(() => null);
    if (answer?.ok) return;
    const { detail } = ((await answer?.json().catch(() => null)) ?? {}) as { detail?: string };
    const status = answer?.status === 409 ? 409 : 502;
    throw new ProblemException(status, { title: 'The launcher did not do it', detail: detail ?? `It was asked for: ${order}.` });
  }
}
