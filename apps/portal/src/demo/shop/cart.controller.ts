import { parse } from '@baton/platform';
import { EndedSessionGuard } from '@baton/session';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { itemsOf } from './cart.ts';
import { itemBody, sku } from './cart-input.ts';
import { Carts } from './carts.ts';

@Controller('api/cart')
@UseGuards(EndedSessionGuard)
export class CartController {
  constructor(private readonly carts: Carts) {}

  @Get()
  show(@Req() request: Request) {
    return { items: itemsOf(request.session.cart) };
  }

  @Post('items')
  @HttpCode(200)
  async add(@Req() request: Request, @Body() body: unknown) {
    return { items: itemsOf(await this.carts.add(request, parse(itemBody, body))) };
  }

  @Delete('items/:sku')
  async remove(@Req() request: Request, @Param('sku') name: string) {
    return { items: itemsOf(await this.carts.remove(request, parse(sku, name))) };
  }
}
