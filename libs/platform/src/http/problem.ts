import { STATUS_CODES } from 'node:http';

/** RFC 9457. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  [extension: string]: unknown;
}

const RETRY_AFTER_SECONDS = '1';

/** The public part of an error: the texts of our own problems, otherwise only the status, because messages of libraries can repeat input. */
export function toProblem(error: unknown): { problem: Problem; headers: Record<string, string> } {
  const status = statusOf(error);
  const problem = { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', ...ownWords(error), status };
  return { problem, headers: { ...defaultHeaders(status), ...headersOf(error) } };
}

function statusOf(error: unknown): number {
  const { status, statusCode, getStatus } = (error ?? {}) as { status?: unknown; statusCode?: unknown; getStatus?: unknown };
  const claimed = typeof getStatus === 'function' ? (getStatus.call(error) as unknown) : (status ?? statusCode);
  if (error instanceof URIError) return 400;
  return typeof claimed === 'number' && claimed >= 400 && claimed <= 599 ? claimed : 500;
}

function ownWords(error: unknown): Record<string, unknown> {
  const { getResponse } = (error ?? {}) as { getResponse?: unknown };
  const response: unknown = typeof getResponse === 'function' ? getResponse.call(error) : null;
  return isRecord(response) && typeof response['title'] === 'string' ? response : {};
}

const defaultHeaders = (status: number): Record<string, string> => (status === 503 ? { 'Retry-After': RETRY_AFTER_SECONDS } : {});

function headersOf(error: unknown): Record<string, string> {
  const headers = (error as { headers?: unknown } | null)?.headers;
  return isRecord(headers) ? (headers as Record<string, string>) : {};
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
