import { parse } from '@baton/platform';
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { z } from 'zod';
import { LogoutTokens } from './logout-token.ts';
import { ProviderSessions } from './provider-sessions.ts';

export const body = z.object({ logout_token: z.string().max(16_000) });

/** The provider's server reports a logout (OpenID Connect Back-Channel Logout 1.0). It has no cookie; its signature is the proof. */
@Controller('auth/oidc')
export class BackChannelController {
  constructor(
    private readonly tokens: LogoutTokens,
    private readonly sessions: ProviderSessions,
  ) {}

  @Post('backchannel-logout')
  @HttpCode(200)
  async logout(@Body() sent: unknown): Promise<void> {
    await this.sessions.end(await this.tokens.read(parse(body, sent).logout_token));
  }
}
