import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import type { Manifest } from './build.ts';

/** A route of either kind of manifest: a prefix of whole path elements, and its Service. */
interface Route {
  prefix: string;
  service: string;
}

/** As Kubernetes specifies: `Prefix` matches element by element, case-sensitively, and the longest match wins. */
export function routeOf(manifests: Manifest[], url: string): string | undefined {
  const { pathname } = new URL(url, 'http://baton');
  const fits = routes(manifests).filter(({ prefix }) => matches(prefix, pathname));
  return fits.toSorted((a, b) => b.prefix.length - a.prefix.length)[0]?.service;
}

const matches = (prefix: string, path: string): boolean => {
  const bare = prefix.replace(/\/$/, '');
  return path === bare || path.startsWith(`${bare}/`);
};

function routes(manifests: Manifest[]): Route[] {
  return manifests.flatMap((manifest) => {
    if (manifest.kind === 'Ingress') return ingressRoutes(manifest as unknown as IIngress);
    return manifest.kind === 'HTTPRoute' ? gatewayRoutes(manifest) : [];
  });
}

function ingressRoutes({ spec }: IIngress): Route[] {
  return spec!.rules!.flatMap(({ http }) =>
    http!.paths.map(({ path, pathType, backend }) => {
      if (pathType !== 'Prefix') throw new Error(`pathType ${pathType} is not supported here`);
      return { prefix: path!, service: backend.service!.name };
    }),
  );
}

function gatewayRoutes(manifest: Manifest): Route[] {
  const { rules } = manifest['spec'] as {
    rules: { matches: { path: { type: string; value: string } }[]; backendRefs?: { name: string }[] }[];
  };
  return rules.flatMap(({ matches, backendRefs }) =>
    matches.map(({ path }) => {
      if (path.type !== 'PathPrefix') throw new Error(`type ${path.type} is not supported here`);
      return { prefix: path.value, service: backendRefs?.[0]?.name ?? 'nowhere' };
    }),
  );
}
