import { Injectable } from '@nestjs/common';

export type Indicator = () => boolean | Promise<boolean>;

/** What this replica needs before it can serve. Apps add their own; draining is always one. */
@Injectable()
export class Readiness {
  readonly indicators = new Map<string, Indicator>();

  add(name: string, indicator: Indicator): void {
    this.indicators.set(name, indicator);
  }
}
