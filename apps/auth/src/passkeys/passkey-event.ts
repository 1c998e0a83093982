import { TITLE } from '@baton/platform';

/** Mails to the owner, by the event of the audit log. */
export const passkeyNotices = {
  'passkey-added': {
    subject: `A passkey was added to your account at ${TITLE}`,
    sentence: 'A passkey was added to your account. Whoever has it can sign in.',
  },
  'passkey-removed': {
    subject: `A passkey was removed from your account at ${TITLE}`,
    sentence: 'A passkey was removed from your account. It no longer signs in.',
  },
};

/** What the audit log records of passkeys. */
export type PasskeyEvent = keyof typeof passkeyNotices;
