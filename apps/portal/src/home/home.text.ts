interface Visitor {
  origin: string;
  replica: string;
  version: string;
  user: string | null;
  lookup: { store: string; ms: number } | null;
  demo: boolean;
}

/** The start page for a terminal: what this is, who answered, and three commands to see it. */
export function homeText({ origin, replica, version, user, lookup, demo }: Visitor): string {
  const who = user ? `${user}, session read from ${lookup?.store} in ${lookup?.ms.toFixed(2)} ms` : 'nobody yet';
  const password = demo ? 'baton-demo-2026' : 'YOUR-PASSWORD';
  return `Baton: the server falls, your session runs on.

  served by   ${replica} (${version})
  signed in   ${who}

Sign in once:
  curl -c jar -d username=demo -d password=${password} ${origin}/auth/login

Ask who you are, and watch another replica answer each time:
  while sleep .3; do curl -s -b jar ${origin}/api/session; echo; done

Put something into your cart, then kill the replica that took it:
  curl -b jar --json '{"sku":"race-bib","quantity":1}' ${origin}/api/cart/items
  curl -b jar ${origin}/api/cart

In a browser: ${origin}/cluster
`;
}
