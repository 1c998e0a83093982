import { readFileSync } from 'node:fs';

/** Runs the suites that say `@seconds` in their first line before the others, longest first, so that no worker ends with one of them. */
export default class LongestFirst {
  sort(tests) {
    return [...tests].sort((a, b) => seconds(b.path) - seconds(a.path));
  }

  /** Jest calls it after a run; nothing is kept between runs. */
  cacheResults() {}
}

const seconds = (path) => Number(/^\/\*\* @seconds (\d+)/.exec(readFileSync(path, 'utf8'))?.[1] ?? 0);
