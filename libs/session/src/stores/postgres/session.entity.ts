import { Column, Entity, EntitySchema, Index, PrimaryColumn } from 'typeorm';
import { COLUMNS } from './columns.ts';

/** Table `session` for TypeORM: the columns of the record, and two that only the statements use. */
export const SessionSchema = new EntitySchema({
  name: 'session',
  columns: {
    ...Object.fromEntries(
      COLUMNS.map(({ field, name, type, nullable = false }) => [
        field,
        { name, type, nullable, primary: field === 'key', unique: field === 'publicId' },
      ]),
    ),
    recentChanges: { name: 'recent_changes', type: 'text', default: '' },
    /** The newest entry of Redis that was drained: when found there again, it is not applied again. */
    drainedTo: { name: 'drained_to', type: 'text', nullable: true },
  },
  indices: [
    { name: 'session_of_user', columns: ['userId'], where: 'revoked_at IS NULL' },
    { name: 'session_expiry', columns: ['expiresAt'] },
  ],
});

/** The event feed: changes of sessions, numbered in commit order. */
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
  /** When Redis was brought up to date. Null: unapplied, for the repair. */
  @Column('timestamptz', { name: 'applied_at', nullable: true }) appliedAt!: Date | null;
}

/** One row: which Redis server is trusted, and the creation time from which sessions are valid. */
@Entity('session_cache')
export class SessionCacheRow {
  @PrimaryColumn('smallint') id!: number;
  /** The cache generation, part of every Redis key: raising it empties Redis in one step. */
  @Column('bigint') generation!: string;
  /** The run id of the Redis server this generation was written to. */
  @Column('text', { nullable: true }) identity!: string | null;
  /** Sessions created before this moment are revoked. */
  @Column('timestamptz', { name: 'created_after', default: '-infinity' }) createdAfter!: Date;
}
