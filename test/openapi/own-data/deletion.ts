import type { Steps } from '../steps.ts';

/** Nothing to do before it. As every step, it gives each request a visitor of its own: no proof could be wrong, so all delete. */
export const ownDataSteps: Steps = { 'post /auth/own-data/delete': async () => ({}) };
