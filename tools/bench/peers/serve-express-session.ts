/** NestJS + express-session + passport, combined as in the NestJS documentation. Only the store differs between peers. */
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
  UseGuards,
} from '@nestjs/common';
import { PassportModule, PassportSerializer } from '@nestjs/passport';
import type { Request } from 'express';
import session, { type Store } from 'express-session';
import passport from 'passport';
import { serveNest } from './serve-nest.ts';
import { settings } from './settings.ts';
import { addToCart, visitor, type Cart, type Item, type Preferences, type User, type Visitor } from './workload.ts';

interface ShopRequest extends Request {
  session: Request['session'] & { cart: Cart; preferences: Preferences };
  user: User;
}

@Injectable()
class UserSerializer extends PassportSerializer {
  serializeUser(user: User, done: (error: null, user: User) => void): void {
    done(null, user);
  }
  deserializeUser(user: User, done: (error: null, user: User) => void): void {
    done(null, user);
  }
}

@Injectable()
class SignedInGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<Request>().isAuthenticated();
  }
}

@Controller()
class ShopController {
  @Post('login')
  @HttpCode(204)
  async login(@Req() req: ShopRequest, @Body() { n }: { n: number }): Promise<void> {
    const { user, cart, preferences } = visitor(n);
    await new Promise<void>((done, fail) => req.login(user, (error) => (error ? fail(error) : done())));
    Object.assign(req.session, { cart, preferences });
  }

  @Get('session')
  @UseGuards(SignedInGuard)
  read(@Req() req: ShopRequest): Visitor {
    return { user: req.user, cart: req.session.cart, preferences: req.session.preferences };
  }

  @Post('cart')
  @UseGuards(SignedInGuard)
  add(@Req() req: ShopRequest, @Body() item: Item): { quantity: number } {
    return { quantity: addToCart(req.session.cart, item) };
  }
}

@Module({ imports: [PassportModule.register({ session: true })], controllers: [ShopController], providers: [UserSerializer] })
class ShopModule {}

export function serveExpressSession(store: Store): Promise<void> {
  return serveNest(ShopModule, (app) => {
    const { secret, sessionSeconds } = settings;
    const cookie = { maxAge: sessionSeconds * 1000, sameSite: 'lax' as const };
    app.use(session({ store, secret, resave: false, saveUninitialized: false, cookie }));
    app.use(passport.initialize());
    app.use(passport.session());
  });
}
