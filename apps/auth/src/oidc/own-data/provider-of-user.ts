/** For the export of a user's data. */
export const providerAccountsOfUser = {
  name: 'providerAccounts',
  sql: 'SELECT issuer, subject, linked_at AS "linkedAt" FROM oidc_account WHERE user_id = $1',
};

export const providerSessionsOfUser = {
  name: 'providerSessions',
  sql: 'SELECT issuer, issued_at AS "issuedAt", ended_at AS "endedAt" FROM oidc_session WHERE user_id = $1 ORDER BY issued_at',
};
