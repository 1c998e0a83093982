import type { Problem } from '@baton/platform';
import { sessionInfo } from '@baton/session';
import { renderPage, type Site as SiteOfPage, type Visit, visitOf } from '@baton/ui';
import { Inject, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { VNode } from 'preact';

/** What is the same for every page of this process. */
export type Site = SiteOfPage & {
  /** Shown under the sign-in form. */
  signInHint?: () => string;
};
export const Site = Symbol('Site');

/** What every page of this app gets. */
export interface PageContext {
  site: Site;
  visit: Visit;
  /** Where to go afterwards, as the address or the form said; to be checked by `returnTo` before it is used. */
  to: string;
  /** Why the form is shown again. */
  problem?: Problem;
  /** What was typed into the field for the name. */
  name?: string;
}

/** A page with a form; more than the context is asked for by the page's own controller. */
export type FormPage = (context: PageContext) => VNode;

@Injectable()
export class Pages {
  constructor(@Inject(Site) readonly site: Site) {}

  send(request: Request, response: Response, page: FormPage, problem?: Problem): void {
    response.type('html').send(renderPage(page(this.context(request, problem))));
  }

  context(request: Request, problem?: Problem): PageContext {
    const body = (request.body ?? {}) as { to?: unknown; username?: unknown };
    return {
      site: this.site,
      visit: visitFor(request),
      to: text(body.to ?? request.query['to']),
      name: text(body.username),
      problem,
    };
  }
}

/** What a page shows of the visitor. The looks were checked by the portal, which stores them. */
export const visitFor = (request: Request): Visit =>
  visitOf(request as Parameters<typeof visitOf>[0], request.session ? sessionInfo(request) : null);

const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 2000) : '');
