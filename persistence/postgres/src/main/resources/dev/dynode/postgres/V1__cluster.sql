-- The journal and the snapshots, as pekko-persistence-jdbc reads and writes them.
CREATE TABLE event_journal (
  ordering BIGSERIAL,
  persistence_id VARCHAR(255) NOT NULL,
  sequence_number BIGINT NOT NULL,
  deleted BOOLEAN DEFAULT FALSE NOT NULL,
  writer VARCHAR(255) NOT NULL,
  write_timestamp BIGINT,
  adapter_manifest VARCHAR(255),
  event_ser_id INTEGER NOT NULL,
  event_ser_manifest VARCHAR(255) NOT NULL,
  event_payload BYTEA NOT NULL,
  meta_ser_id INTEGER,
  meta_ser_manifest VARCHAR(255),
  meta_payload BYTEA,
  -- A second writer of an id is refused here, whatever else went wrong.
  PRIMARY KEY (persistence_id, sequence_number)
);
CREATE UNIQUE INDEX event_journal_ordering ON event_journal (ordering);

CREATE TABLE event_tag (
  event_id BIGINT REFERENCES event_journal (ordering) ON DELETE CASCADE,
  tag VARCHAR(256),
  PRIMARY KEY (event_id, tag)
);

CREATE TABLE snapshot (
  persistence_id VARCHAR(255) NOT NULL,
  sequence_number BIGINT NOT NULL,
  created BIGINT NOT NULL,
  snapshot_ser_id INTEGER NOT NULL,
  snapshot_ser_manifest VARCHAR(255) NOT NULL,
  snapshot_payload BYTEA NOT NULL,
  meta_ser_id INTEGER,
  meta_ser_manifest VARCHAR(255),
  meta_payload BYTEA,
  PRIMARY KEY (persistence_id, sequence_number)
);

-- Which apps a shard must wake (cluster sharding): no history, so kept apart from it.
CREATE TABLE shard_journal (LIKE event_journal INCLUDING ALL);
CREATE SEQUENCE shard_journal_ordering;
ALTER TABLE shard_journal ALTER COLUMN ordering SET DEFAULT nextval('shard_journal_ordering');
CREATE TABLE shard_tag (
  event_id BIGINT REFERENCES shard_journal (ordering) ON DELETE CASCADE,
  tag VARCHAR(256),
  PRIMARY KEY (event_id, tag)
);
CREATE TABLE shard_snapshot (LIKE snapshot INCLUDING ALL);

-- Archives of slugs, in pieces.
CREATE TABLE slug (
  id UUID PRIMARY KEY,
  bytes BIGINT NOT NULL,
  checksum TEXT NOT NULL
);
CREATE TABLE slug_piece (
  slug UUID NOT NULL REFERENCES slug (id) ON DELETE CASCADE,
  piece INTEGER NOT NULL,
  content BYTEA NOT NULL,
  PRIMARY KEY (slug, piece)
);
ALTER TABLE slug_piece ALTER COLUMN content SET STORAGE EXTERNAL;

-- The last log lines of every app. ends: the offset after the line in the output of this launch.
CREATE TABLE log_line (
  id BIGSERIAL,
  app UUID NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  source TEXT NOT NULL,
  process TEXT NOT NULL,
  line BYTEA NOT NULL,
  dyno UUID,
  generation INTEGER,
  ends BIGINT,
  PRIMARY KEY (app, id)
);

-- Files every node has: keys, tokens, the authority clients trust.
CREATE TABLE shared_file (
  name TEXT PRIMARY KEY,
  content BYTEA NOT NULL
);
