import type { Request, Response } from 'express';
import { sessionDatabase, until } from '../../../../test/support/backends.ts';
import { testRedis } from '../../../../test/support/servers.ts';
import { ENGINES, startSessionApp, type SessionApp } from '../../../../test/support/session-app.ts';
import { StoreHealth } from './store-health.ts';

const DEMO = { id: 'u1', name: 'demo', roles: [] };
const show = (req: Request, res: Response) => res.json(Object.assign({}, req.session, { cookie: undefined }));

describe.each(ENGINES)('two replicas with the %s engine over Redis and Postgres', (engine) => {
  let replicas: [SessionApp, SessionApp];

  beforeAll(async () => {
    const settings = {
      SESSION_STRATEGY: 'tiered',
      DATABASE_URL: await sessionDatabase(),
      REDIS_URL: (await testRedis()).url,
      // A busy test machine is no outage.
      SESSION_REDIS_DEADLINE_MS: '2000',
      SESSION_POSTGRES_DEADLINE_MS: '5000',
    };
    replicas = [await startSessionApp(engine, { settings }), await startSessionApp(engine, { settings })];
    await until(() => replicas.every(({ nest }) => nest.get(StoreHealth).status().serving === 'redis'), 'both replicas to serve');
  });

  async function signedIn(app: SessionApp) {
    const client = app.client();
    await app.visit(client, (req, res) => app.sessions.signIn(req, DEMO).then(() => res.json({})));
    return client;
  }

  it('keep every one of 50 concurrent changes of different paths', async () => {
    const client = await signedIn(replicas[0]);
    const change = (req: Request, res: Response) => {
      (req.session.cart ??= {})[`sku-${Number(req.query['i'])}`] = 1;
      res.json({});
    };
    const paths = replicas.map((app) => app.route(change));
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => client.at(replicas[i % 2]!.url).get(`${paths[i % 2]}?i=${i}`)),
    );
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    for (const app of replicas) expect(Object.keys((await app.visit(client, show)).body.cart).length).toBe(50);
  });

  it('do not revive a session that the other one ended during a slow request', async () => {
    const [one, two] = replicas;
    const client = await signedIn(one);
    const sameVisitor = two.client();
    sameVisitor.jar.set('baton', client.jar.get('baton')!);
    const { status } = await one.visit(client, async (req, res) => {
      await two.visit(sameVisitor, (other, answer) => two.sessions.signOut(other).then(() => answer.json({})));
      req.session.cart = { tea: 1 };
      res.json({ success: true });
    });
    expect(status).toBe(engine === 'baton' ? 401 : 200);
    for (const app of replicas) expect((await app.visit(client, show)).body).toEqual({});
  });
});
