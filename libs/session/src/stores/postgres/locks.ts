/**
 * Every advisory lock that this workspace takes. Postgres has one name space for them per database, so each needs a number of
 * its own. A number, once released, stays: replicas of two versions must wait for each other.
 */
export const ADVISORY_LOCKS = {
  /** Migrations run one at a time. */
  migrations: 7_202_610,
  /** Events become visible in the order of their numbers. Taken by every transaction that writes one, so by every login and logout. */
  eventOrder: 7_202_611,
  /** With the hash of the user's id: logins and "revoke all" of one user. */
  user: 7_202_612,
  /** One replica sweeps at a time. */
  sweep: 7_202_613,
  /** One replica makes a key that signs tokens. */
  tokenKeys: 7_202_614,
} as const;
