import { ProblemException } from '@baton/platform';
import { EndedSessionGuard, sessionInfo, Sessions } from '@baton/session';
import { Body, Controller, Get, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { z } from 'zod';
import { parse } from '@baton/platform';

type Tally = Record<string, number>;

declare module 'express-session' {
  interface SessionData {
    tally?: Tally;
  }
}

const MAX_NAMES = 100;
const MAX_AMOUNT = 1_000_000;

const entry = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,40}$/, '1 to 40 characters of a-z, 0-9 and -'),
  amount: z.number().int().min(1).max(MAX_AMOUNT),
});

/** Counters in the session of any visitor, signed in or not: what tests write, and read back exactly. */
@Controller('api/tally')
@UseGuards(EndedSessionGuard)
export class TallyController {
  constructor(private readonly sessions: Sessions) {}

  @Get()
  show(@Req() { session }: Request) {
    return { tally: session.tally ?? {} };
  }

  @Post()
  @HttpCode(200)
  async add(@Req() request: Request, @Body() body: unknown) {
    const { name, amount } = parse(entry, body);
    const added = (tally: Tally = {}): Tally => withAmount(tally, name, amount);
    if (sessionInfo(request)) {
      await this.sessions.update(request, (attributes) => ({ ...attributes, tally: added(attributes.tally) }));
    } else {
      request.session.tally = added(request.session.tally);
    }
    return this.show(request);
  }
}

function withAmount(tally: Tally, name: string, amount: number): Tally {
  const before = Object.hasOwn(tally, name) ? tally[name]! : 0;
  if (before === 0 && Object.keys(tally).length >= MAX_NAMES)
    throw new ProblemException(409, { title: 'Tally full', detail: `A tally holds at most ${MAX_NAMES} names.` });
  return { ...tally, [name]: before + amount };
}
