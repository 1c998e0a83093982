import { Injectable } from '@nestjs/common';
import { Logger } from 'nestjs-pino';

/** What the framework says while it puts an app together: a hundred lines that nobody reads. */
const FRAMEWORK = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication']);

@Injectable()
export class AppLogger extends Logger {
  override log(message: unknown, ...params: unknown[]): void {
    if (!FRAMEWORK.has(String(params.at(-1)))) super.log(message, ...(params as []));
  }
}
