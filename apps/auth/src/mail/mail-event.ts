/** What the audit log records of mail addresses. */
export type MailEvent = 'mail-confirmed' | 'mail-removed';
