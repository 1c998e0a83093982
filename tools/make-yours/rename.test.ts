import { refuseName, refuseText, toName } from './name.ts';
import { renameSource } from './rename-source.ts';
import { renamePath, renameText } from './rename-text.ts';

const name = toName('my-shop');
const source = (text: string): string => renameSource('a.tsx', text, name);

describe('a name', () => {
  it('has a form for every place', () => {
    expect(name).toEqual({
      kebab: 'my-shop',
      snake: 'my_shop',
      upper: 'MY_SHOP',
      camel: 'myShop',
      pascal: 'MyShop',
      title: 'My Shop',
    });
  });

  it.each([
    'baton',
    'ab',
    'My-Shop',
    '-shop',
    'shop-',
    'my--shop',
    '1shop',
    'my_shop',
    'x'.repeat(41),
    'class',
    'session',
    'postgres',
  ])('cannot be "%s"', (wrong) => expect(refuseName(wrong)).toMatch(/\.$/));

  it.each(['acme', 'my-shop', 'a1b', 'shop-2-go'])('can be "%s"', (right) => expect(refuseName(right)).toBeNull());

  it.each(["Bob's", '<b>', '', ' Acme', 'a: b', 'a"b', 'a`b', '{x}'])('needs no escaping, so a title is not %j', (title) =>
    expect(refuseText('title', title)).toContain('--title'),
  );
});

describe('text', () => {
  it.each([
    ["import { a } from '@baton/ui';", "import { a } from '@my-shop/ui';"],
    ['postgres://baton:baton-local-only@postgres:5432/baton', 'postgres://my_shop:my-shop-local-only@postgres:5432/my_shop'],
    ['postgres://baton:PASSWORD@host/baton?sslmode=verify-full', 'postgres://my_shop:PASSWORD@host/my_shop?sslmode=verify-full'],
    [
      'command: [pg_isready, -h, 127.0.0.1, -U, baton, -d, baton]',
      'command: [pg_isready, -h, 127.0.0.1, -U, my_shop, -d, my_shop]',
    ],
    ['initdb: { database: baton, owner: baton }', 'initdb: { database: my_shop, owner: my_shop }'],
    ['POSTGRES_USER: baton', 'POSTGRES_USER: my_shop'],
    ['image: localhost/baton-auth:0.1.0', 'image: localhost/my-shop-auth:0.1.0'],
    ['rate(baton_session_store_operations_total[5m])', 'rate(my_shop_session_store_operations_total[5m])'],
    ['- alert: BatonSlow', '- alert: MyShopSlow'],
    ["Baton is up, Baton's log", "My Shop is up, My Shop's log"],
    ['BATON_LOCAL_FOLDER=x', 'MY_SHOP_LOCAL_FOLDER=x'],
    ['__Host-baton, var(--on-baton)', '__Host-my-shop, var(--on-my-shop)'],
    ['Relay baton', 'Relay stick'],
    ['the baton engine', 'the my-shop engine'],
  ])('%s', (before, after) => expect(renameText(before, name)).toBe(after));

  it('is the same in names of files', () => {
    expect(renamePath('tools/bench/baton/seed-baton.ts', name)).toBe('tools/bench/my-shop/seed-my-shop.ts');
  });
});

describe('source', () => {
  it.each([
    [
      'a function',
      'export function batonSession(options: BatonSessionOptions) {}',
      'export function myShopSession(options: MyShopSessionOptions) {}',
    ],
    ['a variable and a string', "const baton = ours('baton', 'Baton');", "const myShop = ours('my-shop', 'My Shop');"],
    ['a constant', 'const env = { ...BATON_ENV };', 'const env = { ...MY_SHOP_ENV };'],
    ['a key', 'const a = { baton: 1 };', "const a = { 'my-shop': 1 };"],
    ['a key of a type', 'interface A { baton: string }', "interface A { 'my-shop': string }"],
    ['an access', 'apps.baton.client(); apps?.baton;', "apps['my-shop'].client(); apps?.['my-shop'];"],
    ['a shorthand', 'const a = { baton, b };', "const a = { 'my-shop': myShop, b };"],
    ['a pattern', 'const { baton } = a;', "const { 'my-shop': myShop } = a;"],
    ['a list', 'const a = [baton];', 'const a = [myShop];'],
    ['a type of strings', "type Engine = 'baton' | 'express-session';", "type Engine = 'my-shop' | 'express-session';"],
    ['an element and its text', '<p class="baton"><BatonMark /> Baton</p>;', '<p class="my-shop"><MyShopMark /> My Shop</p>;'],
    ['a template', 'const a = `baton-${x}-Baton ${batonSession}`;', 'const a = `my-shop-${x}-My Shop ${myShopSession}`;'],
    ['a pattern of text', 'const a = /^(?:__Host-)?baton=/;', 'const a = /^(?:__Host-)?my-shop=/;'],
    ['a metric', "const a = 'baton_session_store_in_use';", "const a = 'my_shop_session_store_in_use';"],
    ['a user of Postgres', "const USER = 'baton';", "const USER = 'my_shop';"],
    ['a comment', '/** Baton, in `../http/baton-session.ts`. */', '/** My Shop, in `../http/my-shop-session.ts`. */'],
  ])('%s', (_what, before, after) => expect(source(before)).toBe(after));

  it('keeps plain keys when the name has no dash', () => {
    expect(renameSource('a.ts', 'const a = { baton, b: c.baton };', toName('acme'))).toBe('const a = { acme, b: c.acme };');
  });
});
