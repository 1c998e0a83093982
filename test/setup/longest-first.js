import { readFileSync } from 'node:fs';

/** Starts suites with `@seconds` in their first line first, longest first, so that none of them runs alone at the end. */
export default class LongestFirst {
  sort(tests) {
    return [...tests].sort((a, b) => seconds(b.path) - seconds(a.path));
  }

  /** Jest calls it after a run; nothing is kept between runs. */
  cacheResults() {}
}

const seconds = (path) => Number(/^\/\*\* @seconds (\d+)/.exec(readFileSync(path, 'utf8'))?.[1] ?? 0);
