import type { Page } from 'playwright-core';
import { logIn as logInAs } from '../browser/visitor.ts';
import { DEMO } from './accounts.ts';

/** Signs in with the demo account through the form. */
export const logIn = (page: Page, to = '/'): Promise<void> => logInAs(page, to, DEMO);
