import { articlesIn, demoWords } from '@baton/demo';
import { Notice, type Reader } from '@baton/ui';
import { ArticleDrawing } from './article-drawing.tsx';
import type { CartItem } from './cart.ts';
import { type Article, articleOf, CATALOGUE, price } from './catalogue.ts';

export function Catalogue({ reader: { visit, site }, added }: { reader: Reader; added?: string }) {
  const t = demoWords(visit.language);
  return (
    <div class="wrap stack">
      <div class="page-head">
        <h1>{t.shopTitle}</h1>
        <p class="lead">{t.shopLead}</p>
      </div>
      {added && (
        <Notice tone="good" title={`${t.added}: ${articleOf(added)?.name ?? added}`}>
          {site.namesReplicas(visit) && t.addedMore(site.replica)} <a href="/cart">{t.toCart}</a>
        </Notice>
      )}
      <ul class="shelf fill">
        {CATALOGUE.map((article) => (
          <ShelfArticle article={article} add={t.add} language={visit.language} />
        ))}
      </ul>
    </div>
  );
}

function ShelfArticle({ article, add, language }: { article: Article; add: string; language: string }) {
  return (
    <li class="article">
      <ArticleDrawing of={article.drawing} />
      <div class="article-text" lang="en">
        <h2>{article.name}</h2>
        <p class="muted">{article.text}</p>
      </div>
      <form method="post" action="/cart/items" class="article-buy">
        <input type="hidden" name="sku" value={article.sku} />
        <span class="price numbers">{price(article.cents, language)}</span>
        <button class="button small" type="submit">
          {add}
          <span class="hidden-visually">: {article.name}</span>
        </button>
      </form>
    </li>
  );
}

export function CartView({ reader, items }: { reader: Reader; items: CartItem[] }) {
  const t = demoWords(reader.visit.language);
  return (
    <div class="wrap stack">
      <div class="page-head">
        <h1>{items.length === 0 ? t.cartEmpty : t.cart}</h1>
        <p class="lead">{items.length === 0 ? t.cartEmptyLead : t.cartLead}</p>
      </div>
      {items.length > 0 && <CartTable reader={reader} items={items} />}
      <a class={items.length === 0 ? 'button' : 'button quiet'} href="/catalogue">
        {t.toShop}
      </a>
    </div>
  );
}

function CartTable({ reader, items }: { reader: Reader; items: CartItem[] }) {
  const { language, session } = reader.visit;
  const t = demoWords(language);
  const total = items.reduce((sum, { sku, quantity }) => sum + quantity * (articleOf(sku)?.cents ?? 0), 0);
  return (
    <table class="cart-table numbers">
      <thead>
        <tr>
          <th scope="col">{t.article}</th>
          <th scope="col">{t.quantity}</th>
          <th scope="col">{t.total}</th>
          <th scope="col">
            <span class="hidden-visually">{t.remove}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <CartRow item={item} remove={t.remove} language={language} />
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colSpan={2}>
            {t.articles(articlesIn(session))}
          </th>
          <td colSpan={2}>
            <strong>{price(total, language)}</strong>
          </td>
        </tr>
      </tfoot>
    </table>
  );
}

function CartRow({ item, remove, language }: { item: CartItem; remove: string; language: string }) {
  const article = articleOf(item.sku);
  return (
    <tr data-sku={item.sku}>
      <th scope="row">{article?.name ?? item.sku}</th>
      <td data-quantity>{item.quantity}</td>
      <td>{price(item.quantity * (article?.cents ?? 0), language)}</td>
      <td>
        <form method="post" action={`/cart/items/${item.sku}/remove`}>
          <button class="button quiet small" type="submit">
            {remove}
            <span class="hidden-visually">: {article?.name ?? item.sku}</span>
          </button>
        </form>
      </td>
    </tr>
  );
}
