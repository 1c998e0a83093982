import type { Request, Response } from 'express';
import type { Params } from 'nestjs-pino';
import type { PlatformSettings } from '../config/platform-settings.ts';

/** What an app adds to the log lines of a request: names that may be seen, such as a session's publicId. Never an id. */
export type DescribeRequest = (req: Request) => Record<string, unknown>;

/** One JSON line per request and per event. Headers, query strings and bodies are never logged: they hold ids and passwords. */
export function loggerParams(app: string, settings: PlatformSettings, describe: DescribeRequest = () => ({})): Params {
  const silent = settings.LOG_LEVEL === 'silent';
  return {
    pinoHttp: {
      level: settings.LOG_LEVEL,
      enabled: !silent,
      base: { app, replica: settings.REPLICA, version: settings.VERSION },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      genReqId: (req) => req.id,
      autoLogging: !silent && { ignore: (req) => /^\/(health|metrics)\b/.test(req.url ?? '') },
      // The request itself is not logged: its headers hold cookies.
      serializers: { req: () => undefined, res: () => undefined },
      quietReqLogger: true,
      customAttributeKeys: { reqId: 'requestId' },
      customProps: (req) => describe(req as Request),
      customLogLevel: (_req, res, error) => (error || res.statusCode >= 500 ? 'error' : 'info'),
      customSuccessObject: (req, res, line: { responseTime: number }) => requestLine(req as Request, res as Response, line),
      customErrorObject: (req, res, _error, line: { responseTime: number }) => requestLine(req as Request, res as Response, line),
    },
  };
}

const requestLine = (req: Request, res: Response, line: { responseTime: number }) => ({
  method: req.method,
  path: (req.originalUrl ?? req.url).split('?', 1)[0],
  status: res.statusCode,
  durationMs: line.responseTime,
});
