import { LANGUAGES } from '@baton/ui';
import { farewell } from './session-end.ts';

/** What the stores write when an id is presented that was replaced long ago. */
const THEFT = 'an old session id was used';

describe('a tab whose session ended', () => {
  it.each(LANGUAGES)('is told about a theft, in %s', (language) => {
    const { detail } = farewell(THEFT, { language });
    expect(detail).not.toBe(farewell(null, { language }).detail);
  });

  it('is told in English what a theft means and what to do', () => {
    expect(farewell(THEFT, {}).detail).toMatch(/stolen.*change your password/i);
  });

  it('gets a general sentence for a reason of a newer version', () => {
    expect(farewell('a reason nobody knows', {})).toEqual(farewell(null, {}));
  });
});
