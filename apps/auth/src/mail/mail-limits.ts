import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { type Count, Throttle } from '../login/throttle.ts';

/** Mails that a visitor asks for are limited like wrong passwords, per mail address and per network, in counters of their own. */
@Injectable()
export class MailLimits {
  constructor(private readonly throttle: Throttle) {}

  /** @throws ProblemException 429, the same for an address that nobody has. */
  async count(request: Request, address: string): Promise<void> {
    await this.throttle.reserve(...this.throttle.login(address, request.ip ?? '').map(ofMails));
  }

  /** Earlier wrong passwords do not count against the owner any more, who has just proved to be it. */
  async forgive(userName: string): Promise<void> {
    const ofAccount = this.throttle.login(userName, '').filter(({ kept }) => !kept);
    await this.throttle.settle(...ofAccount);
  }
}

const ofMails = ({ key, limit }: Count): Count => ({ key: `mail:${key}`, limit });
