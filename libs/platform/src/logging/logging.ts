import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Logger, type Params } from 'nestjs-pino';
import type { PlatformSettings } from '../config/platform-settings.ts';

/** What an app adds to the log lines of a request: public names, such as a session's publicId. Never a session id. */
export type DescribeRequest = (request: Request) => Record<string, unknown>;

/** One JSON line per request and per event. Headers, query strings and bodies are never logged: they hold ids and passwords. */
export function loggerParams(app: string, settings: PlatformSettings, describe: DescribeRequest = () => ({})): Params {
  const silent = settings.LOG_LEVEL === 'silent';
  return {
    pinoHttp: {
      level: settings.LOG_LEVEL,
      enabled: !silent,
      base: { app, replica: settings.REPLICA, version: settings.VERSION },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      genReqId: (request) => request.id,
      autoLogging: !silent && { ignore: (request) => /^\/(health|metrics)\b/.test(request.url ?? '') },
      // Headers hold cookies.
      serializers: { req: () => undefined, res: () => undefined },
      quietReqLogger: true,
      customAttributeKeys: { reqId: 'requestId' },
      customProps: (request) => describe(request as Request),
      customLogLevel: (_request, response, error) => (error || response.statusCode >= 500 ? 'error' : 'info'),
      customSuccessObject: (request, response, line: Timed) => requestLine(request as Request, response as Response, line),
      customErrorObject: (request, response, _error, line: Timed) => requestLine(request as Request, response as Response, line),
    },
  };
}

type Timed = { responseTime: number };

const requestLine = (request: Request, response: Response, { responseTime }: Timed) => ({
  method: request.method,
  path: (request.originalUrl ?? request.url).split('?', 1)[0],
  status: response.statusCode,
  durationMs: responseTime,
});

/** What Nest logs while an app starts: about a hundred lines that do not help an operator. */
const FRAMEWORK = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication']);

@Injectable()
export class AppLogger extends Logger {
  override log(message: unknown, ...params: unknown[]): void {
    if (!FRAMEWORK.has(String(params.at(-1)))) super.log(message, ...(params as []));
  }
}
