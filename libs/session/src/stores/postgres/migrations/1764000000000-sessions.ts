import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ADVISORY_LOCKS } from '../locks.ts';

export class Sessions1764000000000 implements MigrationInterface {
  readonly name = 'Sessions1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE session (
        key              text PRIMARY KEY,
        public_id        text NOT NULL UNIQUE,
        proof            text NOT NULL,
        previous_proof   text,
        next_proof       text,
        renewed_at       timestamptz NOT NULL DEFAULT now(),
        user_id          text,
        attributes       text NOT NULL,
        version          bigint NOT NULL,
        created_at       timestamptz NOT NULL DEFAULT now(),
        authenticated_at timestamptz,
        last_seen_at     timestamptz NOT NULL DEFAULT now(),
        idle_seconds     integer NOT NULL,
        expires_at       timestamptz NOT NULL,
        ip               text,
        user_agent       text,
        revoked_at       timestamptz,
        recent_changes   text NOT NULL DEFAULT '',
        drained_to       text
      ) WITH (fillfactor = 80)`);
    await runner.query(`CREATE INDEX session_of_user ON session (user_id) WHERE revoked_at IS NULL`);
    await runner.query(`CREATE INDEX session_expiry ON session (expires_at)`);
    await runner.query(`
      CREATE TABLE session_event (
        id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        type       text NOT NULL,
        key        text,
        public_id  text,
        user_id    text,
        reason     text,
        version    bigint,
        expires_at timestamptz,
        details    jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        applied_at timestamptz
      )`);
    await runner.query(`CREATE INDEX session_event_unapplied ON session_event (id) WHERE applied_at IS NULL`);
    await runner.query(`
      CREATE TABLE session_cache (
        id            smallint PRIMARY KEY CHECK (id = 1),
        generation    bigint NOT NULL,
        identity      text,
        created_after timestamptz NOT NULL DEFAULT '-infinity'
      )`);
    await runner.query(`INSERT INTO session_cache (id, generation) VALUES (1, 1)`);
    await this.numberEventsInCommitOrder(runner);
  }

  /**
   * Two transactions may take numbers 1 and 2 and commit 2 first; a reader that has seen 2 would then miss 1.
   * So writers of events take turns from the number to the commit. (NOTIFY serialises commits anyway.)
   */
  private async numberEventsInCommitOrder(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION session_event_turn() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_advisory_xact_lock(${ADVISORY_LOCKS.eventOrder}); RETURN NULL; END $$`);
    await runner.query(`
      CREATE FUNCTION session_event_announce() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_notify('session_event', ''); RETURN NULL; END $$`);
    await runner.query(`
      CREATE TRIGGER session_event_turn BEFORE INSERT ON session_event
      FOR EACH STATEMENT EXECUTE FUNCTION session_event_turn()`);
    await runner.query(`
      CREATE TRIGGER session_event_announce AFTER INSERT ON session_event
      FOR EACH STATEMENT EXECUTE FUNCTION session_event_announce()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE session_event, session_cache, session`);
    await runner.query(`DROP FUNCTION session_event_turn(), session_event_announce()`);
  }
}
