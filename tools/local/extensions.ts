import { demo } from './demo/index.ts';
import { mail } from './mail/index.ts';
import { oidc } from './oidc/index.ts';
import { passkeys } from './passkeys/index.ts';
import type { Extension } from './extension.ts';

/** The optional parts of the launcher. */
export const extensions: readonly Extension[] = [demo, mail, passkeys, oidc];
