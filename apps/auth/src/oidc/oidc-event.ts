/** What the audit log records of the identity provider. */
export type OidcEvent = 'provider-linked' | 'provider-unlinked';
