import { parse, prefersPage } from '@baton/platform';
import { SessionGuard, Sessions } from '@baton/session';
import { Pages } from '@baton/ui';
import { Controller, Get, HttpCode, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { StepUpGuard } from '../account/step-up.guard.ts';
import { AuditLog } from '../audit/audit-log.ts';
import { Assurance } from '../login/assurance.ts';
import { SignIn } from '../login/sign-in.ts';
import { FormFilter } from '../pages/form.filter.ts';
import { RecoveryCodes } from './recovery-codes.ts';
import { Totp } from './totp.ts';
import { codesPage, confirmPage, proposalPage, totpPage } from './totp.page.tsx';

export const typedCode = z.object({ code: z.string().min(1).max(100) });
const SIGNED_OUT = { reason: 'second factor changed' } as const;

/** The app of the user who is signed in. A change of it ends all other sessions. */
@Controller('auth/totp')
@UseGuards(SessionGuard)
@UseFilters(FormFilter.around(totpPage, () => '/auth/totp'))
export class TotpController {
  constructor(
    private readonly totp: Totp,
    private readonly codes: RecoveryCodes,
    private readonly assurance: Assurance,
    private readonly signIn: SignIn,
    private readonly sessions: Sessions,
    private readonly audit: AuditLog,
    private readonly pages: Pages,
  ) {}

  @Get()
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const userId = idOf(request);
    const state = { isEnrolled: await this.totp.isEnrolled(userId), codesLeft: await this.codes.left(userId) };
    if (prefersPage(request)) this.pages.send(request, response, (context) => totpPage({ ...context, ...state }));
    else response.json(state);
  }

  @Post()
  @UseGuards(StepUpGuard)
  async propose(@Req() request: Request, @Res() response: Response): Promise<void> {
    const proposal = await this.totp.propose(idOf(request), request.session.user!.name);
    if (prefersPage(request)) this.pages.send(request, response, (context) => proposalPage({ ...context, proposal }));
    else response.json(proposal);
  }

  @Post('confirm')
  @HttpCode(200)
  @UseGuards(StepUpGuard)
  @UseFilters(FormFilter.around(confirmPage, () => '/auth/totp'))
  async confirm(@Req() request: Request, @Res() response: Response): Promise<void> {
    const [userId, { code }] = [idOf(request), parse(typedCode, request.body)];
    let codes: string[] = [];
    const within = async (tx: Parameters<Totp['confirm']>[0]) => void (codes = await this.totp.confirm(tx, userId, code));
    await this.sessions.revokeOthers(request, { ...SIGNED_OUT, within });
    await this.signIn.enrolled(request, this.totp);
    await this.audit.record(request, 'factor-added', { details: { factor: this.totp.name } });
    this.sendCodes(request, response, codes);
  }

  @Post('recovery-codes')
  @UseGuards(StepUpGuard)
  async newCodes(@Req() request: Request, @Res() response: Response): Promise<void> {
    const codes = await this.totp.newCodes(idOf(request));
    await this.audit.record(request, 'recovery-codes-replaced');
    this.sendCodes(request, response, codes);
  }

  @Post('remove')
  @HttpCode(204)
  @UseGuards(StepUpGuard)
  async remove(@Req() request: Request, @Res() response: Response): Promise<void> {
    const userId = idOf(request);
    await this.assurance.refuseLastFactor(userId);
    await this.sessions.revokeOthers(request, { ...SIGNED_OUT, within: (tx) => this.totp.remove(tx, userId) });
    await this.audit.record(request, 'factor-removed', { details: { factor: this.totp.name } });
    if (prefersPage(request)) response.redirect(303, '/auth/totp');
    else response.status(204).end();
  }

  private sendCodes(request: Request, response: Response, recoveryCodes: string[]): void {
    if (prefersPage(request)) this.pages.send(request, response, (context) => codesPage({ ...context, recoveryCodes }));
    else response.json({ recoveryCodes });
  }
}

const idOf = (request: Request): string => request.session.user!.id;
