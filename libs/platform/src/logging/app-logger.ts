import { Injectable } from '@nestjs/common';
import { Logger } from 'nestjs-pino';

/** What the framework logs while it wires an app: about a hundred lines of no use to an operator. */
const FRAMEWORK = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication']);

@Injectable()
export class AppLogger extends Logger {
  override log(message: unknown, ...params: unknown[]): void {
    if (!FRAMEWORK.has(String(params.at(-1)))) super.log(message, ...(params as []));
  }
}
