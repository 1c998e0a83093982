import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { adminOperations } from './admin.ts';
import { authOperations } from './auth.ts';
import { demoOperations } from './demo/demo.ts';
import { docsOperations } from './demo/docs.ts';
import { mailOperations } from './mail/mail.ts';
import { oidcOperations } from './oidc/oidc.ts';
import type { Answer, Body, Operation, Operations, Route } from './operation.ts';
import { ownDataOperations } from './own-data/own-data.ts';
import { passkeyOperations } from './passkeys/passkeys.ts';
import { portalOperations } from './portal.ts';
import { replicaOperations } from './replica.ts';
import { problemSchema } from './schemas.ts';
import { tokenOperations } from './tokens.ts';
import { totpOperations } from './totp/totp.ts';

type Json = Record<string, unknown>;

/** Operations by the tag they are listed under. */
const GROUPS: Readonly<Record<string, Operations>> = {
  auth: {
    ...authOperations,
    ...adminOperations,
    ...mailOperations,
    ...tokenOperations,
    ...totpOperations,
    ...passkeyOperations,
    ...oidcOperations,
    ...ownDataOperations,
  },
  portal: { ...portalOperations, ...demoOperations, ...docsOperations },
  replica: replicaOperations,
};

const { name, displayName, version } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, string>;

/** Both apps on their one origin, as OpenAPI 3.1. */
export const documentText = (): string => `${JSON.stringify(openApi(), null, 2)}\n`;

export function openApi(): Json {
  return {
    openapi: '3.1.0',
    info: { title: displayName, version, description: DESCRIPTION },
    servers: [{ url: '/' }],
    tags: [
      { name: 'auth', description: 'Creates and ends sessions; every path begins with /auth.' },
      { name: 'portal', description: 'Pages and API of the product.' },
      { name: 'replica', description: 'Of each replica of both apps; no edge of this repository leads here.' },
    ],
    paths: paths(),
    components: {
      schemas: { Problem: toSchema(problemSchema, 'output') },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: `__Host-${name}`, description: 'Set by a login.' },
      },
    },
  };
}

const DESCRIPTION = `A request whose Accept header prefers text/html gets pages and redirects, any other one JSON. Every error is a \
problem document (RFC 9457), or a page. Any route can answer 429 or 503 with Retry-After. A route that changes something takes JSON or \
the fields of a form, from this origin only.`;

function paths(): Json {
  const result: Record<string, Json> = {};
  for (const [tag, operations] of Object.entries(GROUPS))
    for (const [route, operation] of Object.entries(operations)) {
      const [method, path] = route.split(' ') as [string, string];
      (result[path] ??= {})[method.toLowerCase()] = describe(route as Route, tag, operation);
    }
  return Object.fromEntries(Object.entries(result).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function describe(route: Route, tag: string, { summary, needs, path, query, body, answers }: Operation): Json {
  return {
    tags: [tag],
    operationId: operationId(route),
    summary,
    ...(needs && { security: [{ session: [] }] }),
    ...((path ?? query) && { parameters: [...parameters('path', path), ...parameters('query', query)] }),
    ...(body && { requestBody: requestBody(body) }),
    responses: responses(answers),
  };
}

/** `GET /auth/sessions/{publicId}` is `getAuthSessionsPublicId`. */
const operationId = (route: Route): string =>
  route.toLowerCase().split(' ')[0]! +
  (route.split(' ')[1]!.match(/\w+/g) ?? ['home']).map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');

const parameters = (place: 'path' | 'query', schemas: Readonly<Record<string, z.ZodType>> = {}): Json[] =>
  Object.entries(schemas).map(([name, schema]) => ({
    name,
    in: place,
    required: place === 'path',
    schema: toSchema(schema, 'input'),
  }));

function requestBody({ schema, example, isForm }: Body): Json {
  const content = { schema: toSchema(schema, 'input'), example };
  return {
    required: true,
    content: { 'application/json': content, ...(isForm && { 'application/x-www-form-urlencoded': content }) },
  };
}

/** Answers with the same status are one response with several media types. */
function responses(answers: readonly Answer[]): Json {
  const result: Record<string, Json> = {};
  for (const { status, description, content, headers } of answers) {
    const before = result[status];
    const types = { ...(before?.['content'] as Json), ...contentOf(content) };
    result[status] = {
      description: before?.['description'] ?? description,
      ...(headers && { headers: headersOf(headers) }),
      ...(Object.keys(types).length > 0 && { content: types }),
    };
  }
  return result;
}

const contentOf = (content: Answer['content']): Json =>
  Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema: schemaOf(schema) }]));

function schemaOf(schema: Answer['content'][string]): Json {
  if (schema === 'problem') return { $ref: '#/components/schemas/Problem' };
  return schema ? toSchema(schema, 'output') : { type: 'string' };
}

const headersOf = (headers: Readonly<Record<string, string>>): Json =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, required: true, schema: { type: 'string' } }]),
  );

/** JSON Schema 2020-12, which is what OpenAPI 3.1 uses. */
function toSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
}
