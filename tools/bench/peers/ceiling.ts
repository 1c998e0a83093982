/** The ceiling: the same NestJS routes without any session. */
import { Body, Controller, Get, HttpCode, Module, Post } from '@nestjs/common';
import { serveNest } from './serve-nest.ts';
import { addToCart, visitor, type Item, type Visitor } from './workload.ts';

const someone = visitor(1);

@Controller()
class ShopController {
  @Post('login')
  @HttpCode(204)
  login(): void {}

  @Get('session')
  read(): Visitor {
    return someone;
  }

  @Post('cart')
  add(@Body() item: Item): { quantity: number } {
    return { quantity: addToCart(someone.cart, item) };
  }
}

@Module({ controllers: [ShopController] })
class CeilingModule {}

await serveNest(CeilingModule);
