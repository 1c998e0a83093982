import { internal, routes } from '../support/routes.ts';
import { build } from './build.ts';
import { routeOf } from './ingress.ts';

const [ingress, gateway] = [build('overlays/production'), build('tests/gateway-cnpg-monitoring')];

it.each(routes)('Ingress and HTTPRoute lead %s to %s', (path, app) => {
  expect([routeOf(ingress, path), routeOf(gateway, path)]).toEqual([app, app]);
});

// Both match case-sensitively. The replicas do too, and metrics have a port of their own.
it.each(internal.filter((path) => path === path.toLowerCase()))('Ingress and HTTPRoute lead %s nowhere', (path) => {
  expect([routeOf(ingress, path), routeOf(gateway, path)]).toEqual(['nowhere', 'nowhere']);
});
