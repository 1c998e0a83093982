/** For the export of a user's data. */
export const notesOfUser = {
  name: 'notes',
  sql: 'SELECT text, created_at AS "createdAt" FROM note WHERE user_id = $1 ORDER BY id',
};
