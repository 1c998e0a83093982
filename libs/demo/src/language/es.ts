import type { DemoWords } from './en.ts';

const articles = (count: number) => (count === 1 ? '1 artículo' : `${count} artículos`);

export const es: DemoWords = {
  shop: 'Tienda',
  cart: 'Carrito',
  cluster: 'Clúster',
  explain: 'Cómo funciona',
  signInHint: (name, password) => `Cuenta de prueba: ${name}, contraseña ${password}`,
  articles,
  shopTitle: 'Todo para el relevo',
  shopLead: 'Añade un artículo al carrito y luego detén el servidor que lo guardó.',
  add: 'Añadir al carrito',
  added: 'Añadido al carrito',
  addedMore: (replica) => `Guardado por ${replica}. Todas las réplicas lo muestran.`,
  quantity: 'Cantidad',
  remove: 'Quitar',
  cartEmpty: 'Tu carrito está vacío',
  cartEmptyLead: 'Los artículos se guardan en tu sesión, no en la memoria de un servidor.',
  cartLead: 'El carrito se guarda en tu sesión. Detén la réplica indicada abajo y recarga: sigue aquí.',
  toShop: 'Ir a la tienda',
  toCart: 'Ver el carrito',
  article: 'Artículo',
  total: 'Total',
  heroTitle: 'Los servidores caen. Tu sesión sigue.',
  heroLead:
    'Inicia sesión una vez. Después derriba el servidor que comprobó tu contraseña, el que sirvió esta página, incluso la caché. Tu sesión sigue abierta y tu carrito, lleno.',
  heroAction: 'Derriba un servidor',
  heroSecond: '¿Cómo funciona?',
  welcome: (name) => `Hola de nuevo, ${name}.`,
  welcomeLead: (count) =>
    `${count === 0 ? 'Tu carrito está vacío' : `Tu carrito contiene ${articles(count)}`}. Recarga la página: responde otra réplica, que también te conoce.`,
  promises: [
    {
      title: 'Un servidor cae',
      text: 'Cualquier otra réplica responde y te conoce: tu sesión nunca estuvo en ese servidor.',
    },
    {
      title: 'La caché falla',
      text: 'Cada sesión está también en Postgres. Cuando Redis vuelve, solo se confía en él tras comprobar que está al día.',
    },
    {
      title: 'Cierras la sesión',
      text: 'En todas las réplicas, en un segundo y para siempre. Ninguna copia antigua recupera la sesión.',
    },
  ],
};
