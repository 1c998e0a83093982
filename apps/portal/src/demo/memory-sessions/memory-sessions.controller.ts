import { Self } from '@baton/demo';
import { ProblemException } from '@baton/platform';
import { CurrentSession, SessionGuard } from '@baton/session';
import { Controller, Get, Post, Req, Res, UseGuards } from '@nestjs/common';
import { parseCookie } from 'cookie';
import type { Request, Response } from 'express';
import type { SessionData } from 'express-session';
import { MemorySessions } from './memory-sessions.ts';

const COOKIE = 'baton-memory';

/** A second set of sessions that a tab of the cluster page can switch to. They give access to nothing else. */
@Controller('api/memory')
export class MemorySessionsController {
  private readonly sessions: MemorySessions;

  constructor(private readonly self: Self) {
    this.sessions = new MemorySessions(this.replica);
  }

  @Post('login')
  @UseGuards(SessionGuard)
  login(@CurrentSession() session: SessionData, @Req() request: Request, @Res({ passthrough: true }) response: Response) {
    const user = session.user?.name ?? '';
    const id = this.sessions.create(user);
    response.cookie(COOKIE, id, { httpOnly: true, sameSite: 'lax', path: '/api/memory', secure: request.secure });
    return { user, livesIn: this.replica };
  }

  @Get('session')
  show(@Req() request: Request) {
    const session = this.sessions.find(parseCookie(request.headers.cookie ?? '')[COOKIE]);
    const { app, replica, version } = this.self.identity;
    if (session) return { ...session, servedBy: { app, replica, version }, store: 'memory' };
    throw new ProblemException(401, {
      title: 'Unauthorized',
      detail: `${replica} does not know this session: it is in the memory of another server.`,
    });
  }

  private get replica(): string {
    return this.self.identity.replica;
  }
}
