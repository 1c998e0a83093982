import { createHash } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { AuthSettings } from '../auth-settings.ts';

/**
 * Passwords known from breaches, by the range API of Have I Been Pwned: the service learns the first five digits of the SHA-1
 * (k-anonymity), and this app compares the rest. Off unless BREACHED_PASSWORDS_URL is set.
 */
@Injectable()
export class BreachedPasswords {
  private readonly logger = new Logger('passwords');

  constructor(
    @Inject(AuthSettings)
    private readonly settings: Pick<AuthSettings, 'BREACHED_PASSWORDS_URL' | 'BREACHED_PASSWORDS_TIMEOUT_MS'>,
  ) {}

  /** False also when the service cannot tell: its outage keeps nobody from an account. */
  async includes(password: string): Promise<boolean> {
    const { BREACHED_PASSWORDS_URL: url } = this.settings;
    if (url === undefined) return false;
    const hash = createHash('sha1').update(password).digest('hex').toUpperCase();
    try {
      return (await this.range(`${url}${hash.slice(0, 5)}`)).some((line) => isListed(line, hash.slice(5)));
    } catch (error) {
      this.logger.warn(`A password was not checked against breaches: ${String(error)}`);
      return false;
    }
  }

  private async range(url: string): Promise<string[]> {
    const signal = AbortSignal.timeout(this.settings.BREACHED_PASSWORDS_TIMEOUT_MS);
    const response = await fetch(url, { signal, headers: { 'Add-Padding': 'true' } });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return (await response.text()).split('\n');
  }
}

/** `SUFFIX:COUNT`; padding has the count 0. */
function isListed(line: string, suffix: string): boolean {
  const [listed, count] = line.trim().split(':');
  return listed === suffix && Number(count) > 0;
}
