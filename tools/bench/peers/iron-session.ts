/** NestJS with all data in an encrypted cookie. */
import { Body, Controller, Get, HttpCode, Module, Post, Req, Res, UnauthorizedException } from '@nestjs/common';
import type { Request, Response } from 'express';
import { getIronSession } from 'iron-session';
import { serveNest } from './serve-nest.ts';
import { settings } from './settings.ts';
import { addToCart, visitor, type Item, type Visitor } from './workload.ts';

const options = {
  password: settings.secret,
  cookieName: 'iron',
  ttl: settings.sessionSeconds,
  cookieOptions: { secure: false },
};

const open = (req: Request, res: Response) => getIronSession<Visitor>(req, res, options);

async function openSignedIn(req: Request, res: Response) {
  const session = await open(req, res);
  if (!session.user || !session.cart) throw new UnauthorizedException();
  return Object.assign(session, { user: session.user, cart: session.cart });
}

@Controller()
class ShopController {
  @Post('login')
  @HttpCode(204)
  async login(@Req() req: Request, @Res({ passthrough: true }) res: Response, @Body() { n }: { n: number }): Promise<void> {
    const session = await open(req, res);
    Object.assign(session, visitor(n));
    await session.save();
  }

  @Get('session')
  async read(@Req() req: Request, @Res({ passthrough: true }) res: Response): Promise<object> {
    const { user, cart, preferences } = await openSignedIn(req, res);
    return { user, cart, preferences };
  }

  @Post('cart')
  async add(@Req() req: Request, @Res({ passthrough: true }) res: Response, @Body() item: Item): Promise<object> {
    const session = await openSignedIn(req, res);
    const quantity = addToCart(session.cart, item);
    await session.save();
    return { quantity };
  }
}

@Module({ controllers: [ShopController] })
class ShopModule {}

await serveNest(ShopModule);
