/** Baton's session library in a bare NestJS application: the routes of the peers, guard on, default settings. */
import 'reflect-metadata';
import { setTimeout as wait } from 'node:timers/promises';
import { Body, Controller, Get, HttpCode, Module, Post, Req, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { migrate, SessionGuard, SessionModule, Sessions, StoreHealth } from '@baton/session';
import type { Request } from 'express';
import type { SessionData } from 'express-session';
import { settings } from '../peers/settings.ts';
import { addToCart, visitor, type Cart, type Item, type Visitor } from '../peers/workload.ts';
import { sessionConfig } from './settings.ts';

type Signed = SessionData & Visitor;

@Controller()
class ShopController {
  constructor(private readonly sessions: Sessions) {}

  /** The balancer of the part `scale` reads this. */
  @Get('health/ready')
  ready(): void {}

  @Post('login')
  @HttpCode(204)
  async login(@Req() req: Request, @Body() { n }: { n: number }): Promise<void> {
    const { user, cart, preferences } = visitor(n);
    await this.sessions.signIn(req, user);
    Object.assign(req.session, { cart, preferences });
  }

  @Get('session')
  @UseGuards(SessionGuard)
  read(@Req() { session }: { session: Signed }): Visitor {
    return { user: session.user, cart: session.cart, preferences: session.preferences };
  }

  @Post('cart')
  @UseGuards(SessionGuard)
  async add(@Req() req: Request, @Body() item: Item): Promise<{ quantity: number }> {
    let quantity = 0;
    await this.sessions.update(req, (attributes) => {
      const cart = { ...(attributes['cart'] as Cart) };
      quantity = addToCart(cart, item);
      return { ...attributes, cart };
    });
    return { quantity };
  }
}

const config = sessionConfig();
await migrate(settings.databaseUrl);

@Module({ imports: [SessionModule.forRoot(config)], controllers: [ShopController] })
class ShopModule {}

const app = await NestFactory.create(ShopModule, { logger: ['error'] });
await app.init();
// Wait until the stores are trusted: a cold start is not measured here.
const serving = config.strategy === 'tiered' ? 'redis' : config.strategy;
while (app.get(StoreHealth).status().serving !== serving) await wait(20);
await app.listen(settings.port, '127.0.0.1');
