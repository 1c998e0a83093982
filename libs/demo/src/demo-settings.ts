import { flag } from '@baton/platform';
import { z } from 'zod';

export const demoSettings = {
  /** Enables accounts with public passwords and the fault buttons. Never in production. */
  DEMO: flag(false),
  /** Where the local launcher accepts commands for stores and replicas; set by the launcher alone. */
  LAUNCHER_URL: z.url().optional(),
  LAUNCHER_TOKEN: z.string().optional(),
  /** Where the files of this repository can be read, such as https://example.org/baton/blob/main; the explanations link there. */
  SOURCE_URL: z.url().optional(),
};

export type DemoSettings = z.infer<z.ZodObject<typeof demoSettings>>;
