import { ProblemException } from '@baton/platform';
import { Injectable } from '@nestjs/common';

const TIMEOUT_MS = 5000;

/** The local launcher, which runs the stores and the replicas and can stop and start them. */
@Injectable()
export class Launcher {
  constructor(
    private readonly url: string | undefined,
    private readonly token: string | undefined,
  ) {}

  get isAvailable(): boolean {
    return this.url !== undefined;
  }

  /** @param path what to do, such as `redis/stop` */
  async send(path: string): Promise<void> {
    if (!this.url)
      throw new ProblemException(404, { title: 'No launcher', detail: 'Stores can be stopped only under the local launcher.' });
    const headers = { authorization: `Bearer ${this.token ?? ''}` };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(`${this.url}/${path}`, { method: 'POST', headers, signal }).catch(() => null);
    if (response?.ok) return;
    const { detail } = ((await response?.json().catch(() => null)) ?? {}) as { detail?: string };
    const status = response?.status === 409 ? 409 : 502;
    throw new ProblemException(status, {
      title: 'The launcher refused',
      detail: detail ?? `The launcher did not respond to ${path}.`,
    });
  }
}
