import { parse, prefersPage } from '@baton/platform';
import { SessionGuard, Sessions } from '@baton/session';
import { Pages } from '@baton/ui';
import { Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { StepUpGuard } from '../account/step-up.guard.ts';
import { openSession } from '../devices/open-session.ts';
import { SecondFactors } from '../login/second-factors.ts';
import { FormFilter } from '../pages/form.filter.ts';
import { ROLES, type User } from '../users/user.entity.ts';
import { Users } from '../users/users.ts';
import { AdminGuard } from './admin.guard.ts';
import { adminProblemPage, userPage, usersPage } from './admin.page.tsx';
import { Administration } from './administration.ts';

const USERS = '/auth/admin/users';
const PER_PAGE = 25;
const MOST = 100;

export const listing = z.object({
  search: z.string().max(200).optional(),
  /** The last name of the page before. */
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(MOST).optional(),
});

/** Every account has the role `user`. A form sends one text for one box. */
export const roleChoice = z.object({
  roles: z
    .preprocess((sent) => (typeof sent === 'string' ? [sent] : (sent ?? [])), z.array(z.enum(ROLES)))
    .transform((chosen) => ROLES.filter((role) => role === 'user' || chosen.includes(role))),
});

/** Programs send DELETE; forms cannot, so they POST to `/end`. */
@Controller('auth/admin')
@UseGuards(SessionGuard, AdminGuard)
@UseFilters(FormFilter.around(adminProblemPage, formPage))
export class AdminController {
  constructor(
    private readonly administration: Administration,
    private readonly users: Users,
    private readonly sessions: Sessions,
    private readonly factors: SecondFactors,
    private readonly pages: Pages,
  ) {}

  /** The `Link` of a page that is not the last leads to the next (RFC 8288). */
  @Get(['', 'users'])
  async list(@Req() request: Request, @Res() response: Response): Promise<void> {
    const isPage = prefersPage(request);
    const { search = '', after, limit = isPage ? PER_PAGE : MOST } = parse(listing, request.query);
    const found = await this.users.list({ search, after, limit: limit + 1 });
    const users = found.slice(0, limit).map(summary);
    const next =
      found.length > limit
        ? `${USERS}?${new URLSearchParams({ search, after: users.at(-1)!.name, limit: String(limit) })}`
        : null;
    if (next) response.set('Link', `<${next}>; rel="next"`);
    if (isPage) this.pages.send(request, response, (context) => usersPage({ ...context, search, users, next }));
    else response.json(users);
  }

  @Get('users/:id')
  async show(@Req() request: Request, @Res() response: Response, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    const account = await this.administration.account(id);
    const [records, factors] = await Promise.all([this.sessions.list(id), this.factors.of(id)]);
    const sessions = records.map((record) => openSession(request, record));
    const user = { ...summary(account), createdAt: account.createdAt, secondFactors: factors.map(({ name }) => name), sessions };
    if (prefersPage(request)) this.pages.send(request, response, (context) => userPage({ ...context, user }));
    else response.json(user);
  }

  @Post('users/:id/disable')
  @UseGuards(StepUpGuard)
  async disable(@Req() request: Request, @Res() response: Response, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    answer(request, response, { ended: await this.administration.disable(request, id) });
  }

  @Post('users/:id/enable')
  @UseGuards(StepUpGuard)
  async enable(@Req() request: Request, @Res() response: Response, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    answer(request, response, await this.administration.enable(request, id));
  }

  @Post('users/:id/roles')
  @UseGuards(StepUpGuard)
  async setRoles(@Req() request: Request, @Res() response: Response, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    const { roles } = parse(roleChoice, request.body);
    answer(request, response, { roles, ended: await this.administration.setRoles(request, id, roles) });
  }

  @Delete('users/:id/second-factors')
  @UseGuards(StepUpGuard)
  async resetFactors(@Req() request: Request, @Res() response: Response, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    answer(request, response, await this.administration.resetFactors(request, id));
  }

  @Post('users/:id/second-factors/reset')
  @UseGuards(StepUpGuard)
  resetFactorsByForm(@Req() request: Request, @Res() response: Response, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    return this.resetFactors(request, response, id);
  }

  @Delete('users/:id/sessions')
  @UseGuards(StepUpGuard)
  async endSessions(@Req() request: Request, @Res() response: Response, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    answer(request, response, { ended: await this.administration.endSessions(request, id) });
  }

  @Post('users/:id/sessions/end')
  @UseGuards(StepUpGuard)
  endSessionsByForm(@Req() request: Request, @Res() response: Response, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    return this.endSessions(request, response, id);
  }

  @Delete('users/:id/sessions/:publicId')
  @UseGuards(StepUpGuard)
  async endSession(
    @Req() request: Request,
    @Res() response: Response,
    @Param('id', ParseUUIDPipe) id: string,
    @Param('publicId') publicId: string,
  ): Promise<void> {
    answer(request, response, await this.administration.endSession(request, id, publicId));
  }

  @Post('users/:id/sessions/:publicId/end')
  @UseGuards(StepUpGuard)
  endSessionByForm(
    @Req() request: Request,
    @Res() response: Response,
    @Param('id', ParseUUIDPipe) id: string,
    @Param('publicId') publicId: string,
  ): Promise<void> {
    return this.endSession(request, response, id, publicId);
  }

  @Delete('sessions')
  @HttpCode(204)
  @UseGuards(StepUpGuard)
  async endEverybody(@Req() request: Request): Promise<void> {
    await this.administration.endEverybody(request);
  }
}

const summary = ({ id, name, roles, disabledAt }: User) => ({ id, name, roles, disabled: disabledAt !== null });

/** `/auth/admin/users/<id>`, whichever form of that page was sent. */
function formPage(path: string): string {
  return path.split('/').slice(0, 5).join('/');
}

function answer(request: Request, response: Response, result: object | void): void {
  if (prefersPage(request)) response.redirect(303, formPage(request.path));
  else if (result) response.status(200).json(result);
  else response.status(204).end();
}
