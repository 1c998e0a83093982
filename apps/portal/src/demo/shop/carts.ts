import { ProblemException } from '@baton/platform';
import { sessionInfo, Sessions } from '@baton/session';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { type Cart, CartFullError, type CartItem, MOST_ARTICLES, withArticle, withoutArticle } from './cart.ts';

/**
 * The cart of a visitor, signed in or not. Changes of a stored session go through `Sessions.update`, so concurrent ones all
 * count. The first article creates a session; reading does not.
 */
@Injectable()
export class Carts {
  constructor(private readonly sessions: Sessions) {}

  async add(request: Request, item: CartItem): Promise<Cart> {
    return this.change(request, (cart) => withArticle(cart, item)).catch(asProblem);
  }

  async remove(request: Request, sku: string): Promise<Cart> {
    if (!request.session.cart || !Object.hasOwn(request.session.cart, sku)) return request.session.cart ?? {};
    return this.change(request, (cart) => withoutArticle(cart, sku));
  }

  private async change(request: Request, next: (cart?: Cart) => Cart): Promise<Cart> {
    if (sessionInfo(request)) {
      await this.sessions.update(request, (attributes) => ({ ...attributes, cart: next(attributes.cart) }));
    } else {
      request.session.cart = next(request.session.cart);
    }
    return request.session.cart ?? {};
  }
}

function asProblem(error: unknown): never {
  if (!(error instanceof CartFullError)) throw error;
  throw new ProblemException(409, { title: 'Cart full', detail: `A cart holds at most ${MOST_ARTICLES} different articles.` });
}
