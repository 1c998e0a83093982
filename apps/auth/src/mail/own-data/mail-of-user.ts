/** For the export of a user's data. */
export const mailAddressOfUser = {
  name: 'mailAddresses',
  sql: 'SELECT address, confirmed_at AS "confirmedAt" FROM mail_address WHERE user_id = $1',
};

export const knownBrowsersOfUser = {
  name: 'devices',
  sql: 'SELECT seen_at AS "lastSeenAt" FROM known_device WHERE user_id = $1 ORDER BY seen_at DESC',
};
