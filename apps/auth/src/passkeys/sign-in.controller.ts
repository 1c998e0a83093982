import { parse } from '@baton/platform';
import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import { returnTo } from '../login/return-to.ts';
import { SignIn } from '../login/sign-in.ts';
import { wrongCredentials } from '../login/authenticator.ts';
import { Throttle } from '../login/throttle.ts';
import { Users } from '../users/users.ts';
import { Assertion } from './assertion.ts';
import { PASSKEYS_PATH } from './passkeys.page.tsx';
import { signature } from './wire.ts';

/** RFC 8176: proof of possession of a key, which its holder has unlocked. */
const PASSKEY_ALONE = ['pop', 'mfa'];

/** Signs in with a passkey alone, without a user name. Called by the script of the login page. */
@Controller(`${PASSKEYS_PATH}/sign-in`)
export class PasskeySignInController {
  constructor(
    private readonly assertion: Assertion,
    private readonly signIn: SignIn,
    private readonly throttle: Throttle,
    private readonly users: Users,
  ) {}

  @Post('options')
  @HttpCode(200)
  options(@Req() request: Request) {
    return this.assertion.options(request);
  }

  /** `to`: where the page goes next, checked. */
  @Post()
  @HttpCode(200)
  async login(@Req() request: Request) {
    const { response, to } = parse(signature, request.body);
    const count = this.throttle.address(request.ip ?? '');
    await this.throttle.reserve(count);
    const user = await this.users.findEnabled(await this.assertion.verify(request, response));
    if (!user) throw wrongCredentials();
    await this.throttle.release(count);
    return { user: await this.signIn.signIn(request, user, PASSKEY_ALONE), to: returnTo(to) };
  }
}
