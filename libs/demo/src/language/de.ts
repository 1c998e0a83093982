import type { DemoWords } from './en.ts';

const articles = (count: number) => `${count} Artikel`;

export const de: DemoWords = {
  shop: 'Shop',
  cart: 'Warenkorb',
  cluster: 'Cluster',
  explain: 'So funktioniert’s',
  signInHint: (name, password) => `Demo-Konto: ${name}, Passwort ${password}`,
  articles,
  shopTitle: 'Alles für die Staffel',
  shopLead: 'Leg einen Artikel in den Warenkorb und stoppe dann den Server, der ihn gespeichert hat.',
  add: 'In den Warenkorb',
  added: 'Im Warenkorb',
  addedMore: (replica) => `Gespeichert von ${replica}. Jede Instanz zeigt es an.`,
  quantity: 'Menge',
  remove: 'Entfernen',
  cartEmpty: 'Dein Warenkorb ist leer',
  cartEmptyLead: 'Artikel stehen in deiner Sitzung, nicht im Speicher eines Servers.',
  cartLead: 'Dein Warenkorb steht in deiner Sitzung. Stoppe die unten genannte Instanz und lade neu: Er ist noch da.',
  toShop: 'Zum Shop',
  toCart: 'Warenkorb ansehen',
  article: 'Artikel',
  total: 'Summe',
  heroTitle: 'Server stürzen ab. Deine Sitzung bleibt.',
  heroLead:
    'Melde dich einmal an. Bring dann den Server zum Absturz, der dich angemeldet hat, den, der diese Seite ausgeliefert hat, sogar den Cache dahinter. Du bleibst angemeldet, und dein Warenkorb bleibt voll.',
  heroAction: 'Selbst einen Server abstürzen lassen',
  heroSecond: 'Wie funktioniert das?',
  welcome: (name) => `Willkommen zurück, ${name}.`,
  welcomeLead: (count) =>
    `${count === 0 ? 'Dein Warenkorb ist leer' : `In deinem Warenkorb: ${articles(count)}`}. Lade die Seite neu: Eine andere Instanz antwortet und kennt dich weiterhin.`,
  promises: [
    {
      title: 'Ein Server stürzt ab',
      text: 'Jede andere Instanz beantwortet die nächste Anfrage und kennt dich: Deine Sitzung lag nie in diesem Server.',
    },
    {
      title: 'Der Cache fällt aus',
      text: 'Jede Sitzung steht auch in Postgres. Kehrt Redis zurück, wird ihm erst vertraut, wenn er nachweislich aktuell ist.',
    },
    {
      title: 'Du meldest dich ab',
      text: 'Auf jeder Instanz, innerhalb einer Sekunde, endgültig. Keine alte Kopie bringt eine Sitzung zurück.',
    },
  ],
};
