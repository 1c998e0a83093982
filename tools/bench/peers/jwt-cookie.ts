/** NestJS with all data in a signed cookie: no store, and no final logout. */
import {
  Body,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  HttpCode,
  Injectable,
  Module,
  Post,
  Req,
  Res,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { parseCookie } from 'cookie';
import type { Request, Response } from 'express';
import { jwtVerify, SignJWT } from 'jose';
import { serveNest } from './serve-nest.ts';
import { settings } from './settings.ts';
import { addToCart, visitor, type Item, type Visitor } from './workload.ts';

const key = new TextEncoder().encode(settings.secret);

interface ShopRequest extends Request {
  visitor: Visitor;
}

async function remember(res: Response, { user, cart, preferences }: Visitor): Promise<void> {
  const jwt = new SignJWT({ user, cart, preferences }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('30m');
  res.cookie('jwt', await jwt.sign(key), { httpOnly: true, sameSite: 'lax' });
}

@Injectable()
class JwtGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const req = context.switchToHttp().getRequest<ShopRequest>();
    const { jwt } = parseCookie(req.headers.cookie ?? '');
    if (!jwt) throw new UnauthorizedException();
    const { payload } = await jwtVerify<Visitor>(jwt, key, { algorithms: ['HS256'] });
    req.visitor = payload;
    return true;
  }
}

@Controller()
class ShopController {
  @Post('login')
  @HttpCode(204)
  login(@Res({ passthrough: true }) res: Response, @Body() { n }: { n: number }): Promise<void> {
    return remember(res, visitor(n));
  }

  @Get('session')
  @UseGuards(JwtGuard)
  read(@Req() req: ShopRequest): Visitor {
    const { user, cart, preferences } = req.visitor;
    return { user, cart, preferences };
  }

  @Post('cart')
  @UseGuards(JwtGuard)
  async add(@Req() req: ShopRequest, @Res({ passthrough: true }) res: Response, @Body() item: Item): Promise<object> {
    const quantity = addToCart(req.visitor.cart, item);
    await remember(res, req.visitor);
    return { quantity };
  }
}

@Module({ controllers: [ShopController] })
class ShopModule {}

await serveNest(ShopModule);
