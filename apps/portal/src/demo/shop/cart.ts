/** Quantity by sku, as the session keeps it. */
export type Cart = Readonly<Record<string, number>>;

declare module 'express-session' {
  interface SessionData {
    cart: Record<string, number>;
  }
}

export interface CartItem {
  sku: string;
  quantity: number;
}

export const MOST_ARTICLES = 100;

/** The cart holds the maximum of different articles. */
export class CartFullError extends Error {
  override readonly name = 'CartFullError';
}

/** @throws CartFullError for a new article in a full cart. */
export function withArticle(cart: Cart = {}, { sku, quantity }: CartItem): Cart {
  const before = Object.hasOwn(cart, sku) ? cart[sku]! : 0;
  if (before === 0 && Object.keys(cart).length >= MOST_ARTICLES) throw new CartFullError();
  return { ...cart, [sku]: Math.min(before + quantity, Number.MAX_SAFE_INTEGER) };
}

export function withoutArticle(cart: Cart = {}, sku: string): Cart {
  return Object.fromEntries(Object.entries(cart).filter(([kept]) => kept !== sku));
}

export function itemsOf(cart: Cart = {}): CartItem[] {
  return Object.entries(cart).map(([sku, quantity]) => ({ sku, quantity }));
}
