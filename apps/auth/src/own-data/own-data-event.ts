/** What the audit log records of exports and deletions. */
export type OwnDataEvent = 'data-exported' | 'account-deleted';
