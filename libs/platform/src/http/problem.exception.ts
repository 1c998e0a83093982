import { HttpException } from '@nestjs/common';

interface ProblemDetails {
  title: string;
  detail?: string;
  type?: string;
  [extension: string]: unknown;
}

/** A response that is a problem document (RFC 9457). People read its texts: no id, no stack, nothing that the client sent. */
export class ProblemException extends HttpException {
  constructor(
    status: number,
    details: ProblemDetails,
    readonly headers: Record<string, string> = {},
  ) {
    super(details, status);
  }
}
