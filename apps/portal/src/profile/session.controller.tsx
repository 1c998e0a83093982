import { Pages } from '@baton/ui';
import { CurrentSession, SessionGuard, sessionInfo } from '@baton/session';
import { Controller, Get, Header, Inject, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import type { SessionData } from 'express-session';
import { ServedBy } from '../served-by.ts';
import { ProfileView } from './profile.view.tsx';

@Controller()
@UseGuards(SessionGuard)
export class SessionController {
  constructor(
    private readonly pages: Pages,
    @Inject(ServedBy) private readonly servedBy: ServedBy,
  ) {}

  @Get('api/session')
  show(@Req() request: Request, @CurrentSession() session: SessionData) {
    const info = sessionInfo(request);
    return {
      user: request.principal?.user ?? session.user ?? null,
      session: request.principal
        ? { publicId: request.principal.publicId }
        : info && {
            publicId: info.publicId,
            createdAt: new Date(info.createdAt).toISOString(),
            expiresAt: new Date(info.expiresAt).toISOString(),
          },
      servedBy: this.servedBy,
      store: info?.store ?? null,
      lookupMs: info?.lookupMs ?? null,
    };
  }

  @Get('profile')
  @Header('content-type', 'text/html; charset=utf-8')
  profile(@Req() request: Request) {
    const { t } = this.pages.reader(request);
    return this.pages.render(request, { title: t.profile }, (reader) => (
      <ProfileView reader={reader} info={sessionInfo(request)} />
    ));
  }
}
