import { parse } from '@baton/platform';
import { Injectable, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { Request } from 'express';
import { z } from 'zod';

export const typedName = z.string().min(1).max(200);
/** In UTF-16 units. Longer than a new password may be: older ones had up to 256 characters. */
export const typedPassword = z.string().min(1).max(512);

export const credentials = z.object({ username: typedName, password: typedPassword });

/** `true` in JSON; a form sends the text if the box is ticked. */
export const rememberChoice = z.object({ remember: z.union([z.boolean(), z.stringbool()]).default(false) });

/** Passport-local behind a check of the body's form: passport itself would take credentials out of the URL, or objects for strings. */
@Injectable()
export class CredentialsGuard extends AuthGuard('local') {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    parse(credentials.extend(rememberChoice.shape), context.switchToHttp().getRequest<Request>().body);
    return (await super.canActivate(context)) as boolean;
  }
}
