import { ProblemException } from '@baton/platform';
import { CurrentSession, SessionGuard } from '@baton/session';
import { Controller, Get, Inject, Post, Req, Res, UseGuards } from '@nestjs/common';
import { parseCookie } from 'cookie';
import type { Request, Response } from 'express';
import type { SessionData } from 'express-session';
import { SERVED_BY, type ServedBy } from '../../served-by.ts';
import { MemorySessions } from './memory-sessions.ts';

const COOKIE = 'baton-memory';

/** The second set of sessions that a tab of the cluster page can switch to. It opens nothing but itself. */
@Controller('api/memory')
export class MemorySessionsController {
  private readonly sessions: MemorySessions;

  constructor(@Inject(SERVED_BY) private readonly servedBy: ServedBy) {
    this.sessions = new MemorySessions(servedBy.replica);
  }

  @Post('login')
  @UseGuards(SessionGuard)
  login(@CurrentSession() session: SessionData, @Req() request: Request, @Res({ passthrough: true }) response: Response) {
    const user = session.user?.name ?? '';
    const id = this.sessions.create(user);
    response.cookie(COOKIE, id, { httpOnly: true, sameSite: 'lax', path: '/api/memory', secure: request.secure });
    return { user, livesIn: this.servedBy.replica };
  }

  @Get('session')
  show(@Req() request: Request) {
    const session = this.sessions.find(parseCookie(request.headers.cookie ?? '')[COOKIE]);
    if (session) return { ...session, servedBy: this.servedBy, store: 'memory' };
    throw new ProblemException(401, {
      title: 'Unauthorized',
      detail: `${this.servedBy.replica} has never heard of you: your session is in the memory of another server.`,
    });
  }
}
