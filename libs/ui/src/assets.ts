import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NextFunction, Request, Response } from 'express';

interface Served {
  type: string;
  body: Buffer;
  /** Brotli; absent where it would not be smaller. */
  packed?: Buffer;
}

const TYPES: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  woff2: 'font/woff2',
  svg: 'image/svg+xml',
};

/** One year; the name changes with the content. */
const FOREVER = 'public, max-age=31536000, immutable';

/**
 * Style sheets, scripts and fonts that the build wrote beside the app, held in memory under their fingerprinted names.
 * Every app serves its own, so a replica's page never needs another version's files.
 */
export class Assets {
  private constructor(
    readonly base: string,
    private readonly names: Record<string, string>,
    private readonly files: Map<string, Served>,
  ) {}

  /** Throws when the build did not write `manifest.json` into the folder. */
  static load(folder: string, base: string): Assets {
    const names = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<string, string>;
    const packed = new Set(JSON.parse(readFileSync(join(folder, 'packed.json'), 'utf8')) as string[]);
    const files = Object.values(names).map((file) => [file, read(folder, file, packed.has(file))] as const);
    return new Assets(base, names, new Map(files));
  }

  /** For tests of pages, which need addresses and no files. */
  static none(): Assets {
    return new Assets('/assets', {}, new Map());
  }

  url(name: string): string {
    return `${this.base}/${this.names[name] ?? name}`;
  }

  /** Mount at `base`, before the session is looked at. */
  readonly serve = (request: Request, response: Response, next: NextFunction): void => {
    const file = this.files.get(request.path.slice(1));
    if (!file || !['GET', 'HEAD'].includes(request.method)) return next();
    const packed = file.packed && request.acceptsEncodings('br') === 'br' ? file.packed : undefined;
    response.set({ 'content-type': file.type, 'cache-control': FOREVER, vary: 'accept-encoding' });
    response.set({ 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'same-origin' });
    if (packed) response.set('content-encoding', 'br');
    response.end(packed ?? file.body);
  };
}

function read(folder: string, file: string, packed: boolean): Served {
  const body = readFileSync(join(folder, file));
  const type = TYPES[file.slice(file.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
  return packed ? { type, body, packed: readFileSync(join(folder, `${file}.br`)) } : { type, body };
}
