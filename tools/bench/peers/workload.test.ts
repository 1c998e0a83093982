import { addToCart, ARTICLES, sku, visitor } from './workload.ts';

it('gives every visitor 600 bytes of attributes', () => {
  for (const n of [1, 12_345, 1_000_000]) expect(JSON.stringify(visitor(n))).toHaveLength(600);
});

it('adds to articles already in the cart, so that sessions keep their size', () => {
  const { cart } = visitor(1);
  expect(Object.keys(cart)).toEqual(expect.arrayContaining(Array.from({ length: ARTICLES }, (_, i) => sku(i))));
  expect(addToCart(cart, { sku: sku(3), quantity: 1 })).toBe(2);
});
