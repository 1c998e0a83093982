import { readFileSync } from 'node:fs';

/** The parts of docs/openapi.json that the tests read. */
export interface Document {
  paths: Record<string, Record<string, Described>>;
}

export interface Described {
  tags: string[];
  security?: object[];
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, { example: Record<string, unknown> }> };
  responses: Record<string, { description: string; content?: Record<string, object>; headers?: Record<string, object> }>;
}

export const FILE = 'docs/openapi.json';
export const document = JSON.parse(readFileSync(FILE, 'utf8')) as Document;

/** `GET /auth/login` and what the document says about it. */
export const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, described]) => ({ route: `${method.toUpperCase()} ${path}`, method, path, described })),
);
