import { type PageOptions, Page, renderPage, type Site, type Visit, visitOf, type Words, words } from '@baton/ui';
import { sessionInfo } from '@baton/session';
import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { ComponentChildren } from 'preact';

/** What is the same for every page of this process; provided by the module. */
export const SITE = Symbol('site');

export interface Reader {
  site: Site;
  visit: Visit;
  /** The texts in the reader's language. */
  t: Words;
}

/** Turns the view of a page into the document for one request. */
@Injectable()
export class Pages {
  constructor(@Inject(SITE) private readonly site: Site) {}

  reader(request: Request): Reader {
    const visit = visitOf(request, sessionInfo(request));
    return { site: this.site, visit, t: words(visit.looks.language) };
  }

  render(request: Request, options: PageOptions, view: (reader: Reader) => ComponentChildren): string {
    const reader = this.reader(request);
    return renderPage(
      <Page {...options} site={this.site} visit={reader.visit}>
        {view(reader)}
      </Page>,
    );
  }
}
