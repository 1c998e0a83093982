export type DemoWords = typeof en;

const articles = (count: number) => (count === 1 ? '1 article' : `${count} articles`);

export const en = {
  shop: 'Shop',
  cart: 'Cart',
  cluster: 'Cluster',
  explain: 'How it works',
  signInHint: (name: string, password: string) => `Demo account: ${name}, password ${password}`,
  articles,
  shopTitle: 'Everything for a relay',
  shopLead: 'Add an article to your cart, then stop the server that stored it.',
  add: 'Add to cart',
  added: 'Added to your cart',
  addedMore: (replica: string) => `Saved by ${replica}. Every replica shows it.`,
  quantity: 'Quantity',
  remove: 'Remove',
  cartEmpty: 'Your cart is empty',
  cartEmptyLead: 'Articles are kept in your session, not in the memory of a server.',
  cartLead: 'Your cart is kept in your session. Stop the replica named below and reload: it is still here.',
  toShop: 'Go to the shop',
  toCart: 'See the cart',
  article: 'Article',
  total: 'Total',
  heroTitle: 'Servers crash. Your session survives.',
  heroLead:
    'Sign in once. Then crash the server that signed you in, the one that served this page, even the cache behind them. You stay signed in, and your cart stays full.',
  heroAction: 'Crash a server yourself',
  heroSecond: 'How does it work?',
  welcome: (name: string) => `Welcome back, ${name}.`,
  welcomeLead: (count: number) =>
    `${count === 0 ? 'Your cart is empty' : `Your cart holds ${articles(count)}`}. Reload this page: another replica serves it, and still knows you.`,
  promises: [
    {
      title: 'A server crashes',
      text: 'Any other replica serves the next request and knows you: your session was never kept in that server.',
    },
    {
      title: 'The cache fails',
      text: 'Every session is in Postgres too. When Redis returns, it is trusted only after it is known to be up to date.',
    },
    {
      title: 'You sign out',
      text: 'On every replica, within a second, for good. No old copy, no backup and no slow request brings the session back.',
    },
  ],
};
