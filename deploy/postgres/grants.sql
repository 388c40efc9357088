-- Who may do what with which table. Run by `migrate` as perigee_owner, at every deployment, after the
-- migrations and in one transaction. A test holds it against the tables that there are: a migration
-- that makes one says here whose it is.
SET LOCAL lock_timeout = '10s';
DO $$
DECLARE
  ours regclass;
BEGIN
  FOR ours IN
    SELECT oid FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
      AND relowner = 'perigee_owner'::regrole
  LOOP
    EXECUTE format('REVOKE ALL ON %s FROM perigee_scheduler, perigee_ingestor, '
                   'perigee_rocket_monitor', ours);
  END LOOP;
END $$;

-- At its start each app looks whether the tables are of its version.
GRANT SELECT ON migrations TO perigee_scheduler, perigee_ingestor, perigee_rocket_monitor;

-- One table for all, and each sees its own messages alone.
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox
  TO perigee_scheduler, perigee_ingestor, perigee_rocket_monitor;
ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS of_the_scheduler ON outbox;
CREATE POLICY of_the_scheduler ON outbox TO perigee_scheduler USING (app = 'scheduler');
DROP POLICY IF EXISTS of_the_ingestor ON outbox;
CREATE POLICY of_the_ingestor ON outbox TO perigee_ingestor USING (app = 'ingestor');
DROP POLICY IF EXISTS of_the_rocket_monitor ON outbox;
CREATE POLICY of_the_rocket_monitor ON outbox TO perigee_rocket_monitor
  USING (app = 'rocket-monitor');

-- The scheduler. It forgets nothing but the keys of old requests.
GRANT SELECT, INSERT, UPDATE ON contacts, exploded_rockets TO perigee_scheduler;
GRANT INSERT ON contact_history TO perigee_scheduler;
GRANT SELECT, INSERT, UPDATE, DELETE ON antennas, antenna_windows TO perigee_scheduler;
GRANT SELECT, INSERT ON contact_history TO perigee_scheduler;
GRANT SELECT, INSERT, DELETE ON booking_keys TO perigee_scheduler;
-- Series that have ended are forgotten after a while, with what they skipped.
GRANT SELECT, INSERT, UPDATE, DELETE ON series, series_skips TO perigee_scheduler;
GRANT SELECT, INSERT, UPDATE (number) ON contact_history TO perigee_scheduler;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhooks TO perigee_scheduler;
GRANT SELECT, INSERT, DELETE ON webhook_deliveries TO perigee_scheduler;
GRANT SELECT, INSERT, UPDATE, DELETE ON orbits, stations TO perigee_scheduler;
-- But for who starts what in the next seconds.
GRANT SELECT, INSERT, UPDATE, DELETE ON start_claimers, start_claims TO perigee_scheduler;
GRANT SELECT, INSERT, DELETE ON begun_contacts TO perigee_scheduler;

-- The rocket monitor, where it keeps its rockets here. Its log is only ever added to.
GRANT SELECT, INSERT ON rocket_messages, rocket_checkpoints TO perigee_rocket_monitor;
GRANT SELECT, INSERT, UPDATE ON rocket_counts TO perigee_rocket_monitor;
GRANT SELECT, INSERT, DELETE ON rocket_rejections TO perigee_rocket_monitor;

-- The ingestor. Reports are there for good.
GRANT SELECT, INSERT, UPDATE ON ships, receptions, reports, latest_packets TO perigee_ingestor;
GRANT SELECT, INSERT, UPDATE, DELETE ON closings, ingestors, unlevelled_minutes, sample_levels
  TO perigee_ingestor;
GRANT SELECT, INSERT, UPDATE, DELETE ON limits, alarms TO perigee_ingestor;
GRANT SELECT, UPDATE ON limit_changes TO perigee_ingestor;
GRANT SELECT, INSERT ON blocks TO perigee_ingestor;
-- The partitions of blocks are made, merged and dropped by the ingestor: that takes their owner.
DO $$
DECLARE
  part regclass;
BEGIN
  GRANT CREATE ON SCHEMA public TO perigee_ingestor;
  FOR part IN SELECT relid FROM pg_partition_tree('blocks') LOOP
    IF (SELECT relowner FROM pg_class WHERE oid = part) = 'perigee_owner'::regrole THEN
      EXECUTE format('ALTER TABLE %s OWNER TO perigee_ingestor', part);
      EXECUTE format('GRANT ALL ON %s TO perigee_ingestor', part);
    END IF;
  END LOOP;
END $$;
