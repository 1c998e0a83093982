import { NAME, ProblemException } from '@baton/platform';
import { Inject, Injectable } from '@nestjs/common';
import { AuthSettings } from '../auth-settings.ts';
import { Users } from '../users/users.ts';
import { SecondFactors } from './second-factors.ts';

/** Authentication methods (RFC 8176). Sessions of older versions have none stored: those knew passwords only. */
export const PASSWORD: string[] = ['pwd'];
/** Stands besides the methods if they are more than one factor. */
export const MULTIPLE = 'mfa';

/** The `acr` of tokens: how many factors there were. */
export const acrOf = (amr = PASSWORD): string => `urn:${NAME}:factors:${amr.includes(MULTIPLE) ? 2 : 1}`;

/** What administrators need besides a password, if ADMIN_SECOND_FACTOR says so. */
@Injectable()
export class Assurance {
  constructor(
    private readonly users: Users,
    private readonly factors: SecondFactors,
    @Inject(AuthSettings) private readonly settings: AuthSettings,
  ) {}

  /** The roles that count after a login by these methods: without a second factor, nobody administers. */
  roles<R extends string>(roles: readonly R[], amr = PASSWORD): R[] {
    return roles.filter((role) => role !== 'admin' || !this.settings.ADMIN_SECOND_FACTOR || amr.includes(MULTIPLE));
  }

  /** @throws ProblemException 409 for the only second factor of an administrator who needs one. */
  async refuseLastFactor(userId: string): Promise<void> {
    const user = this.settings.ADMIN_SECOND_FACTOR ? await this.users.find(userId) : null;
    if (user?.roles.includes('admin') && (await this.factors.of(userId)).length === 1)
      throw new ProblemException(409, { title: 'Needed', detail: 'Administrators need a second factor. Add another one first.' });
  }
}
