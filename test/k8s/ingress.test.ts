import { build } from './build.ts';

describe('the Ingress', () => {
  it('limits the connections of an address, most of which are event streams', () => {
    const ingress = build('overlays/production').find(({ kind }) => kind === 'Ingress')!;
    expect(ingress.metadata.annotations).toMatchObject({ 'nginx.ingress.kubernetes.io/limit-connections': '100' });
  });
});
