import type { Extension } from '../extension.ts';

/** The host name that passkeys belong to, unless SITE_URL names it. */
export const passkeys: Extension = {
  environment: {},
  start: (environment) =>
    Promise.resolve(
      environment['SITE_URL']
        ? null
        : {
            environmentOf: (app, siteUrl) => (app === 'auth' ? { SITE_URL: siteUrl } : {}),
            rows: [],
            close: () => Promise.resolve(),
          },
    ),
};
