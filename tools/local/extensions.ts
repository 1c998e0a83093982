import { demo } from './demo/index.ts';
import type { Extension } from './extension.ts';

/** The optional part that this project comes with; undefined for none. */
export const extension: Extension | undefined = demo;
