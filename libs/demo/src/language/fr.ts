import type { DemoWords } from './en.ts';

const articles = (count: number) => (count === 1 ? '1 article' : `${count} articles`);

export const fr: DemoWords = {
  shop: 'Boutique',
  cart: 'Panier',
  cluster: 'Cluster',
  explain: 'Fonctionnement',
  signInHint: (name, password) => `Compte de démonstration : ${name}, mot de passe ${password}`,
  articles,
  shopTitle: 'Tout pour le relais',
  shopLead: 'Ajoutez un article au panier, puis arrêtez le serveur qui l’a enregistré.',
  add: 'Ajouter au panier',
  added: 'Ajouté au panier',
  addedMore: (replica) => `Enregistré par ${replica}. Toutes les instances l’affichent.`,
  quantity: 'Quantité',
  remove: 'Retirer',
  cartEmpty: 'Votre panier est vide',
  cartEmptyLead: 'Les articles sont conservés dans votre session, pas dans la mémoire d’un serveur.',
  cartLead: 'Le panier est conservé dans votre session. Arrêtez l’instance indiquée plus bas et rechargez : il est toujours là.',
  toShop: 'Aller à la boutique',
  toCart: 'Voir le panier',
  article: 'Article',
  total: 'Total',
  heroTitle: 'Les serveurs tombent. Votre session reste.',
  heroLead:
    'Connectez-vous une fois. Puis faites tomber le serveur qui vous a connecté, celui qui a servi cette page, et même le cache. Vous restez connecté, et votre panier reste plein.',
  heroAction: 'Faire tomber un serveur',
  heroSecond: 'Comment ça marche ?',
  welcome: (name) => `Bon retour, ${name}.`,
  welcomeLead: (count) =>
    `${count === 0 ? 'Votre panier est vide' : `Votre panier contient ${articles(count)}`}. Rechargez la page : une autre instance répond et vous reconnaît.`,
  promises: [
    {
      title: 'Un serveur tombe',
      text: 'N’importe quelle autre instance répond et vous reconnaît : votre session n’a jamais été dans ce serveur.',
    },
    {
      title: 'Le cache tombe en panne',
      text: 'Chaque session est aussi dans Postgres. Quand Redis revient, il n’est utilisé qu’une fois vérifié à jour.',
    },
    {
      title: 'Vous vous déconnectez',
      text: 'Sur toutes les instances, en une seconde, définitivement. Aucune ancienne copie ne rétablit la session.',
    },
  ],
};
