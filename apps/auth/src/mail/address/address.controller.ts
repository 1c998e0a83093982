import { parse, prefersPage } from '@baton/platform';
import { SessionGuard } from '@baton/session';
import { Pages } from '@baton/ui';
import { Controller, Get, HttpCode, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { typedPassword } from '../../login/credentials.guard.ts';
import { FormFilter } from '../../pages/form.filter.ts';
import { linkToken } from '../links.ts';
import { addressPage, confirmedPage, confirmPage } from './address.page.tsx';
import { mailAddress, MailAddresses } from './mail-addresses.ts';

export const newAddress = z.object({ address: mailAddress, password: typedPassword });
export const removal = z.object({ passwordToRemove: typedPassword });

@Controller('auth/mail')
export class AddressController {
  constructor(
    private readonly addresses: MailAddresses,
    private readonly pages: Pages,
  ) {}

  @Get()
  @UseGuards(SessionGuard)
  @UseFilters(FormFilter.around(addressPage))
  show(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.answer(request, response, 200);
  }

  /** 202: the address changes when its link is used. */
  @Post()
  @UseGuards(SessionGuard)
  @UseFilters(FormFilter.around(addressPage))
  async propose(@Req() request: Request, @Res() response: Response): Promise<void> {
    const { address, password } = parse(newAddress, request.body);
    await this.addresses.propose(request, address, password);
    await this.answer(request, response, 202, `A link is on its way to ${address}.`);
  }

  @Post('remove')
  @UseGuards(SessionGuard)
  @UseFilters(FormFilter.around(addressPage))
  async remove(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.addresses.remove(request, parse(removal, request.body).passwordToRemove);
    await this.answer(request, response, 200, 'Your mail address has been removed.');
  }

  /** Changes nothing: mail filters open links too. */
  @Get('confirm')
  @UseFilters(FormFilter.around(confirmPage))
  ask(@Req() request: Request, @Res() response: Response): void {
    this.pages.send(request, response, confirmPage);
  }

  @Post('confirm')
  @HttpCode(200)
  @UseFilters(FormFilter.around(confirmPage))
  async confirm(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.addresses.confirm(request, parse(linkToken, request.body).token);
    if (prefersPage(request)) this.pages.send(request, response, confirmedPage);
    else response.status(204).end();
  }

  private async answer(request: Request, response: Response, status: number, done?: string): Promise<void> {
    const address = await this.addresses.of(request.session.user!.id);
    response.status(status);
    if (prefersPage(request)) this.pages.send(request, response, (context) => addressPage({ ...context, address, done }));
    else response.json({ address });
  }
}
