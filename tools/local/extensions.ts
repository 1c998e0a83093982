import { demo } from './demo/index.ts';
import type { Extension } from './extension.ts';

/** The optional part of the launcher; undefined for none. */
export const extension: Extension | undefined = demo;
