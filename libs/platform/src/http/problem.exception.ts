import { HttpException } from '@nestjs/common';

export interface ProblemDetails {
  title: string;
  detail?: string;
  type?: string;
  [extension: string]: unknown;
}

/** An answer that is a problem document (RFC 9457). Its words are shown to people: no id, no stack, nothing the client sent. */
export class ProblemException extends HttpException {
  constructor(
    status: number,
    details: ProblemDetails,
    readonly headers: Record<string, string> = {},
  ) {
    super(details, status);
  }
}
