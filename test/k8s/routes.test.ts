import { routes } from '../support/routes.ts';
import { build } from './build.ts';
import { routeOf } from './ingress.ts';

const [ingress, gateway] = [build('overlays/production'), build('tests/gateway-cnpg-monitoring')];

it.each(routes)('Ingress and HTTPRoute lead %s to %s', (path, app) => {
  expect([routeOf(ingress, path), routeOf(gateway, path)]).toEqual([app, app]);
});
