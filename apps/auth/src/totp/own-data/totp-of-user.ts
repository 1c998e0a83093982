/** For the export of a user's data. */
export const totpOfUser = {
  name: 'authenticatorApps',
  sql: 'SELECT confirmed_at AS "confirmedAt" FROM totp WHERE user_id = $1',
};
