import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The system of record. The columns are explained at SessionRecord. */
@Entity('session')
@Index('session_of_user', ['userId'], { where: 'revoked_at IS NULL' })
@Index('session_expiry', ['expiresAt'])
export class SessionRow {
  @PrimaryColumn('text') key!: string;
  @Column('text', { name: 'public_id', unique: true }) publicId!: string;
  @Column('text') proof!: string;
  @Column('text', { name: 'previous_proof', nullable: true }) previousProof!: string | null;
  @Column('text', { name: 'next_proof', nullable: true }) nextProof!: string | null;
  @Column('timestamptz', { name: 'renewed_at' }) renewedAt!: Date;
  @Column('text', { name: 'user_id', nullable: true }) userId!: string | null;
  /** JSON as text, or its encrypted form: Postgres never looks inside. */
  @Column('text') attributes!: string;
  @Column('bigint') version!: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'authenticated_at', nullable: true }) authenticatedAt!: Date | null;
  @Column('timestamptz', { name: 'last_seen_at' }) lastSeenAt!: Date;
  @Column('integer', { name: 'idle_seconds' }) idleSeconds!: number;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
  @Column('text', { nullable: true }) ip!: string | null;
  @Column('text', { name: 'user_agent', nullable: true }) userAgent!: string | null;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt!: Date | null;
  /** Ids of the last writes, newest first: a write whose answer was lost can be recognised. */
  @Column('text', { name: 'recent_changes', default: '' }) recentChanges!: string;
  /** The newest change made in Redis that was brought here: one that is found there again is not applied again. */
  @Column('text', { name: 'drained_to', nullable: true }) drainedTo!: string | null;
}

/** What happened to sessions, numbered in commit order. */
@Entity('session_event')
@Index('session_event_unapplied', ['id'], { where: 'applied_at IS NULL' })
export class SessionEventRow {
  @PrimaryColumn('bigint', { generated: 'identity' }) id!: string;
  @Column('text') type!: string;
  @Column('text', { nullable: true }) key!: string | null;
  @Column('text', { name: 'public_id', nullable: true }) publicId!: string | null;
  @Column('text', { name: 'user_id', nullable: true }) userId!: string | null;
  @Column('text', { nullable: true }) reason!: string | null;
  @Column('bigint', { nullable: true }) version!: string | null;
  @Column('timestamptz', { name: 'expires_at', nullable: true }) expiresAt!: Date | null;
  @Column('jsonb', { default: {} }) details!: object;
  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' }) createdAt!: Date;
  /** When Redis was made to agree; null is the to-do list of the repair. */
  @Column('timestamptz', { name: 'applied_at', nullable: true }) appliedAt!: Date | null;
}

/** One row: which Redis may be believed, and since when sessions count. */
@Entity('session_cache')
export class SessionCacheRow {
  @PrimaryColumn('smallint') id!: number;
  /** Part of every Redis key: raising it empties Redis in one step. */
  @Column('bigint') generation!: string;
  /** The run id of the Redis server this generation was written to. */
  @Column('text', { nullable: true }) identity!: string | null;
  /** Sessions created before this moment have ended. */
  @Column('timestamptz', { name: 'created_after', default: '-infinity' }) createdAfter!: Date;
}
