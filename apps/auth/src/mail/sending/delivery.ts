import { Database } from '@baton/session';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Mailer } from './mailer.ts';
import { type ClaimedMail, Outbox } from './outbox.ts';

/** Finds what other replicas left behind, and what is due again. */
const POLL_MS = 5000;
/** The last of them about 8 hours after the first. */
const MOST_ATTEMPTS = 10;

/** Sends the mails of the outbox, one at a time on each replica. */
@Injectable()
export class Delivery implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('mail');
  private readonly wake = () => void this.run();
  private timer?: NodeJS.Timeout;
  private closing = false;
  private running: Promise<void> | null = null;
  private again = false;

  constructor(
    private readonly outbox: Outbox,
    private readonly mailer: Mailer,
    private readonly database: Database,
  ) {}

  onApplicationBootstrap(): void {
    this.outbox.on('waiting', this.wake);
    this.timer = setInterval(this.wake, POLL_MS);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    this.outbox.off('waiting', this.wake);
    this.closing = true;
    await this.running;
  }

  private async run(): Promise<void> {
    this.again = true;
    if (this.running) return;
    this.running = this.drain().catch((error: unknown) => this.logger.warn(`The outbox cannot be read: ${String(error)}`));
    await this.running;
    this.running = null;
  }

  private async drain(): Promise<void> {
    while (this.again && !this.closing && this.database.ready) {
      this.again = false;
      for (let mail = await this.outbox.claim(); mail; mail = this.closing ? null : await this.outbox.claim())
        await this.deliver(mail);
    }
  }

  /** The log never names the address. */
  private async deliver(mail: ClaimedMail): Promise<void> {
    const { id, kind, userId, attempts } = mail;
    try {
      const letter = await this.outbox.writers.get(kind)?.(mail);
      // A newer version's mail is for a newer replica.
      if (letter === undefined) return;
      if (letter) await this.mailer.send(mail.address, letter);
      await this.outbox.remove(mail);
      if (letter) this.logger.log({ mail: kind, id, userId, msg: 'mail sent' });
    } catch (error) {
      const givenUp = attempts >= MOST_ATTEMPTS;
      if (givenUp) await this.outbox.remove(mail);
      const { code = 'unknown' } = error as { code?: string };
      this.logger.warn({ mail: kind, id, userId, attempts, givenUp, code, msg: 'mail not sent' });
    }
  }
}
