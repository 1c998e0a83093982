/** For the export of a user's data. */
export const passkeysOfUser = {
  name: 'passkeys',
  sql: 'SELECT name, created_at AS "createdAt", used_at AS "lastUsedAt" FROM passkey WHERE user_id = $1 ORDER BY created_at',
};
