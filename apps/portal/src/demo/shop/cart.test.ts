import { CartFullError, itemsOf, MOST_ARTICLES, withArticle, withoutArticle } from './cart.ts';

describe('the cart', () => {
  it('adds to the quantity of an article that is there', () => {
    expect(withArticle({ bib: 2, shoe: 1 }, { sku: 'bib', quantity: 3 })).toEqual({ bib: 5, shoe: 1 });
  });

  it('accepts names of object members as articles', () => {
    expect(withArticle({}, { sku: 'constructor', quantity: 1 })).toEqual({ constructor: 1 });
    expect(withoutArticle({ constructor: 1, bib: 2 }, 'constructor')).toEqual({ bib: 2 });
  });

  it('holds a hundred different articles, in any quantity', () => {
    const full = Object.fromEntries(Array.from({ length: MOST_ARTICLES }, (_, n) => [`a-${n}`, 1]));
    expect(withArticle(full, { sku: 'a-0', quantity: 1 })['a-0']).toBe(2);
    expect(() => withArticle(full, { sku: 'one-more', quantity: 1 })).toThrow(CartFullError);
  });

  it('is a list in responses', () => {
    expect(itemsOf({ bib: 2 })).toEqual([{ sku: 'bib', quantity: 2 }]);
    expect(itemsOf(undefined)).toEqual([]);
  });
});
