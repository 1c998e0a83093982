/** The data in a session and how a request changes it: the same for every peer, so that only the session layer differs. */
export interface User {
  id: string;
  name: string;
  roles: string[];
}

export type Cart = Record<string, number>;

export interface Preferences {
  theme: string;
  language: string;
  density: string;
}

export interface Visitor {
  user: User;
  cart: Cart;
  preferences: Preferences;
}

export interface Item {
  sku: string;
  quantity: number;
}

const ATTRIBUTE_BYTES = 600;

/** The attributes of the n-th visitor: 600 bytes of JSON, about the size of a signed-in shop visitor's session. */
export function visitor(n: number): Visitor {
  const id = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const made: Visitor = {
    user: { id, name: `Visitor ${n}`, roles: ['customer'] },
    cart: {},
    preferences: { theme: 'dark', language: 'en', density: 'compact' },
  };
  for (let i = 0; JSON.stringify(made).length + 18 <= ATTRIBUTE_BYTES; i++) made.cart[sku(i)] = 1;
  made.user.name = made.user.name.padEnd(made.user.name.length + ATTRIBUTE_BYTES - JSON.stringify(made).length, '.');
  return made;
}

export const ARTICLES = 20;

export const sku = (i: number): string => `article-${String(i).padStart(4, '0')}`;

export function addToCart(cart: Cart, { sku: article, quantity }: Item): number {
  return (cart[article] = (cart[article] ?? 0) + quantity);
}
