/** @seconds 14 */
import { browserless } from '../support/client.ts';
import { launch } from '../support/launch.ts';
import { temporaryFolder } from '../support/servers.ts';
import { begin, visitProvider } from './oidc-site.ts';

describe('npm start -- --oidc', () => {
  it('starts a provider, which the site signs in with', async () => {
    const launched = await launch(temporaryFolder('local'), ['--auth', '1', '--portal', '1', '--oidc']);
    const { url } = await launched.run();
    const [, provider] = /Provider +(http:\S+):/.exec(launched.printed())!;
    const visitor = { client: browserless(url), provider: browserless(provider!) };
    const back = await visitProvider(visitor, await begin(visitor), 'dana');
    expect((await visitor.client.get(back)).status).toBe(303);
    const { body } = await visitor.client.get('/api/session');
    expect((body as { user: { name: string } }).user.name).toBe('dana');
  }, 90_000);
});
