import type { ErrorPage, Problem } from '@baton/platform';
import { sessionInfo } from '@baton/session';
import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { ComponentChildren, VNode } from 'preact';
import { words } from '../language/words.ts';
import { Page } from '../layout/page.tsx';
import { renderPage } from '../render.ts';
import { type PageOptions, type Reader, Site } from '../site.ts';
import { visitOf } from '../visit.ts';
import { errorPage } from './error-page.tsx';

/** What a page with a form shows. */
export interface PageContext extends Reader {
  /** The destination after the form, as sent by the browser: check it before redirecting. */
  to: string;
  /** Why the form is shown again. */
  problem?: Problem;
  /** The user name that was typed. */
  name?: string;
  /** Whether the box was ticked to stay signed in. */
  remember?: boolean;
  /** Of the link in a mail that led to the form. */
  token?: string;
}

export type FormPage = (context: PageContext) => VNode;

/** Renders pages for the request's reader. */
@Injectable()
export class Pages {
  constructor(readonly site: Site) {}

  reader(request: Request): Reader {
    return readerOf(this.site, request);
  }

  render(request: Request, options: PageOptions, view: (reader: Reader) => ComponentChildren): string {
    const reader = this.reader(request);
    return renderPage(
      <Page {...options} site={this.site} visit={reader.visit}>
        {view(reader)}
      </Page>,
    );
  }

  private context(request: Request, problem?: Problem): PageContext {
    const body = (request.body ?? {}) as { to?: unknown; username?: unknown; token?: unknown; remember?: unknown };
    const [to, token] = [body.to ?? request.query['to'], body.token ?? request.query['token']].map(text);
    return { ...this.reader(request), to: to!, token, name: text(body.username), remember: body.remember !== undefined, problem };
  }

  send(request: Request, response: Response, page: FormPage, problem?: Problem): void {
    response.type('html').send(renderPage(page(this.context(request, problem))));
  }
}

/** For `bootstrap`: problems as pages of this site. */
export const errorPages =
  (site: Site): ErrorPage =>
  ({ status, title, detail }, request, response) => {
    const wait = Number(response.getHeader('retry-after'));
    const retryAfterSeconds = wait > 0 ? wait : undefined;
    const requestId = response.get('x-request-id');
    return errorPage(readerOf(site, request), { status, title, detail, retryAfterSeconds, requestId });
  };

function readerOf(site: Site, request: Request): Reader {
  const visit = visitOf(request, request.session ? sessionInfo(request) : null);
  return { site, visit, t: words(visit.language) };
}

const MAX_FIELD_LENGTH = 2000;
const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, MAX_FIELD_LENGTH) : '');
