import { DENSITIES, LANGUAGES, THEMES } from '@baton/ui';
import { z } from 'zod';

/** Absent fields keep their value. */
export const preferencesBody = z.strictObject({
  theme: z.enum(THEMES).optional(),
  language: z.enum(LANGUAGES).optional(),
  density: z.enum(DENSITIES).optional(),
});

/** Unknown form fields are ignored. */
export const preferencesForm = z.object(preferencesBody.shape);
