import { NAME } from '@baton/platform';
import type { Reader } from '@baton/ui';

interface Facts {
  origin: string;
  version: string;
  demo: boolean;
}

/** The home page for a terminal, with three commands that show what the site is about. */
export function homeText({ site, visit }: Reader, { origin, version, demo }: Facts): string {
  const { user, lookup } = visit;
  const who = user ? `${user.name}, session read from ${lookup?.store} in ${lookup?.ms.toFixed(2)} ms` : 'no';
  const password = demo ? `${NAME}-demo-2026` : 'YOUR-PASSWORD';
  return `${site.name}: servers crash, your session survives.

${site.namesReplicas(visit) ? `  served by   ${site.replica} (${version})\n` : ''}  signed in   ${who}

Log in once:
  curl -c jar -d username=demo -d password=${password} ${origin}/auth/login

Ask who you are; each time another replica responds:
  while sleep .3; do curl -s -b jar ${origin}/api/session; echo; done

Add an article to your cart, then kill the replica that stored it:
  curl -b jar --json '{"sku":"race-bib","quantity":1}' ${origin}/api/cart/items
  curl -b jar ${origin}/api/cart

In a browser: ${origin}/cluster
`;
}
