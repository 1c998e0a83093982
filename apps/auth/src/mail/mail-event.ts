/** What the audit log records of mail addresses, and of recovery through them. */
export type MailEvent = 'mail-confirmed' | 'mail-removed' | 'recovery-requested' | 'password-reset';
