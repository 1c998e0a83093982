import { demoWords } from '@baton/demo';
import { parse } from '@baton/platform';
import { EndedSessionGuard } from '@baton/session';
import { Pages } from '@baton/ui';
import { Body, Controller, Get, Header, Param, Post, Query, Redirect, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { itemsOf } from './cart.ts';
import { itemForm, sku } from './cart-input.ts';
import { Carts } from './carts.ts';
import { CartView, Catalogue } from './shop.views.tsx';

const HTML = ['content-type', 'text/html; charset=utf-8'] as const;
const STYLES = { styles: ['shop'] };

/** Pages and forms; each form redirects to the page that shows its effect, so a reload does not repeat it. */
@Controller()
export class ShopPages {
  constructor(
    private readonly carts: Carts,
    private readonly pages: Pages,
  ) {}

  @Get('catalogue')
  @Header(...HTML)
  catalogue(@Req() request: Request, @Query('added') added?: string) {
    const known = sku.safeParse(added).data;
    const t = this.words(request);
    return this.pages.render(request, { title: t.shop, ...STYLES }, (reader) => <Catalogue reader={reader} added={known} />);
  }

  @Get('cart')
  @Header(...HTML)
  cart(@Req() request: Request) {
    const t = this.words(request);
    return this.pages.render(request, { title: t.cart, ...STYLES }, (reader) => (
      <CartView reader={reader} items={itemsOf(request.session.cart)} />
    ));
  }

  @Post('cart/items')
  @UseGuards(EndedSessionGuard)
  @Redirect('/catalogue', 303)
  async add(@Req() request: Request, @Body() body: unknown) {
    const item = parse(itemForm, body);
    await this.carts.add(request, item);
    return { url: `/catalogue?added=${item.sku}` };
  }

  @Post('cart/items/:sku/remove')
  @UseGuards(EndedSessionGuard)
  @Redirect('/cart', 303)
  async remove(@Req() request: Request, @Param('sku') name: string) {
    await this.carts.remove(request, parse(sku, name));
  }

  private words(request: Request) {
    return demoWords(this.pages.reader(request).visit.language);
  }
}
