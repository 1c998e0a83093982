import { DENSITIES, LANGUAGES, THEMES } from '@baton/ui';
import { z } from 'zod';

/** What was given is changed, the rest stays. */
export const preferencesBody = z.strictObject({
  theme: z.enum(THEMES).optional(),
  language: z.enum(LANGUAGES).optional(),
  density: z.enum(DENSITIES).optional(),
});

/** Forms may carry more than their fields; the rest is ignored. */
export const preferencesForm = z.object(preferencesBody.shape);
