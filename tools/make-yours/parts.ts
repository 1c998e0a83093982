/** What can be taken out. Uses in the remaining TypeScript, packages and configuration are found, not listed. */
export interface Part {
  readonly name: string;
  readonly what: string;
  /** Files and folders: `demo` alone at any depth below `apps`, `libs`, `tools` and `test`; the others from the project's folder. */
  readonly paths: readonly RegExp[];
  /** Scripts of package.json. */
  readonly scripts?: readonly string[];
  /** Settings that only this part reads, and others that list them: their lines in .env.example, manifests and compose go too. */
  readonly variables?: readonly string[];
}

const below = (...folders: string[]): RegExp[] => folders.map((folder) => new RegExp(`^${folder.replaceAll('.', '\\.')}(/|$)`));

export const PARTS: readonly Part[] = [
  {
    name: 'demo',
    what: 'shop, cluster view, fault buttons, explanations, demo accounts',
    paths: [/^(apps|libs|tools|test)\/(.*\/)?demo\//],
    scripts: ['screenshots'],
    variables: ['DEMO', 'SOURCE_URL', 'LAUNCHER_URL', 'LAUNCHER_TOKEN'],
  },
  {
    name: 'mail',
    what: 'mail addresses, password recovery and notices by mail',
    paths: [/^(apps|libs|tools|test)\/(.*\/)?mail\//],
    variables: ['SMTP_URL', 'MAIL_FROM', 'SITE_URL'],
  },
  {
    name: 'totp',
    what: 'codes of an authenticator app as a second factor, and recovery codes',
    paths: [/^(apps|libs|tools|test)\/(.*\/)?totp\//],
  },
  {
    name: 'passkeys',
    what: 'signing in with passkeys',
    paths: [/^(apps|libs|tools|test)\/(.*\/)?passkeys\//],
    variables: ['SITE_URL'],
  },
  {
    name: 'own-data',
    what: "export of a user's data and deletion of the account by its owner",
    paths: [/^(apps|libs|tools|test)\/(.*\/)?own-data\//],
  },
  {
    name: 'oidc',
    what: 'signing in with an OpenID Connect provider',
    paths: [/^(apps|libs|tools|test)\/(.*\/)?oidc\//],
    variables: ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_NAME', 'OIDC_TIMEOUT_SECONDS'],
  },
  {
    name: 'openapi',
    what: 'the OpenAPI document and the page that shows it',
    paths: [/^(apps|tools|test)\/(.*\/)?openapi\//, ...below('docs/openapi.json')],
    scripts: ['openapi'],
  },
  { name: 'bench', what: 'the benchmark', paths: below('tools/bench'), scripts: ['bench'] },
  {
    name: 'chaos',
    what: 'the chaos tool and its judge',
    paths: below('tools/chaos'),
    scripts: ['chaos'],
  },
  {
    name: 'explore',
    what: 'the systematic exploration of interleavings',
    paths: below('tools/explore'),
    scripts: ['explore'],
  },
  {
    name: 'k8s',
    what: 'manifests for Kubernetes',
    paths: [
      /^k8s\/(?!components\/edge\/haproxy\.cfg$)/,
      ...below('test/k8s', 'docs/operations/kubernetes.md', 'libs/session/acl/kustomization.yaml'),
    ],
  },
  { name: 'docker', what: 'images and compose', paths: below('docker', 'test/images') },
  {
    name: 'tokens',
    what: 'short-lived tokens for services',
    paths: below('apps/auth/src/tokens', 'libs/tokens', 'test/security/tokens.test.ts', 'tools/openapi/tokens.ts'),
    variables: ['TOKEN_ISSUER', 'TOKEN_AUDIENCE', 'TOKEN_KEY_SECONDS', 'TOKEN_KEY_LEAD_SECONDS'],
  },
  {
    name: 'docs',
    what: "this project's own documents: decisions, benchmarks, faults, security",
    paths: [
      /^docs\/(?!operations\/kubernetes\.md$|openapi\.json$)/,
      ...below('test/operations/sizing.test.ts', 'test/faults/documentation.test.ts', 'test/security/asvs.test.ts'),
    ],
  },
];

/** The edge proxy of both compose and Kubernetes: removed with the second of them. */
export const EDGE = { needs: ['k8s', 'docker'], paths: below('k8s', 'test/proxy') };

/** Removed whatever is chosen: this command, and what presents the original project. */
export const ALWAYS: Part = {
  name: 'make-yours',
  what: 'this command',
  paths: below(
    'tools/make-yours',
    'test/make-yours',
    'CONTRIBUTING.md',
    'docs/images',
    'docs/decisions/0013-a-starter-with-a-removable-demo.md',
  ),
  scripts: ['make-yours'],
};
