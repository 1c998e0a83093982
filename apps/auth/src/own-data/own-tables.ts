import { notesOfUser } from '../../../portal/src/notes/own-data/notes-of-user.ts';
import { mailAddressOfUser, knownBrowsersOfUser } from '../mail/own-data/mail-of-user.ts';
import { providerAccountsOfUser, providerSessionsOfUser } from '../oidc/own-data/provider-of-user.ts';
import { passkeysOfUser } from '../passkeys/own-data/passkeys-of-user.ts';
import { totpOfUser } from '../totp/own-data/totp-of-user.ts';

/** What a feature keeps of a user in a table of its own. */
export interface OwnTable {
  /** In the export. */
  readonly name: string;
  /** `$1` is the user's id. Selects nothing that works as a proof. */
  readonly sql: string;
}

/** Of all features. Their rows refer to the user with ON DELETE CASCADE. */
export const ownTables: readonly OwnTable[] = [
  mailAddressOfUser,
  knownBrowsersOfUser,
  totpOfUser,
  passkeysOfUser,
  providerAccountsOfUser,
  providerSessionsOfUser,
  notesOfUser,
];
