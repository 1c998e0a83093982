import { NAME } from '@baton/platform';
import { z } from 'zod';

/** Read by the auth app, which makes tokens, and by every service that accepts them. */
export const tokenSettings = {
  TOKEN_ISSUER: z.string().min(1).default(`${NAME}-auth`),
  TOKEN_AUDIENCE: z.string().min(1).default(`${NAME}-portal`),
};
