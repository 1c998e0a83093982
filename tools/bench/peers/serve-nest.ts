import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { settings } from './settings.ts';

/** NestJS on Express as `nest new` creates it, without a logger. */
export async function serveNest(module: Type, configure: (app: NestExpressApplication) => void = () => {}): Promise<void> {
  const app = await NestFactory.create<NestExpressApplication>(module, { logger: ['error'] });
  configure(app);
  await app.listen(settings.port, '127.0.0.1');
}
