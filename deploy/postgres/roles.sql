-- Who there is in PostgreSQL. Run by `migrate` as the superuser, at every deployment, before the
-- migrations; so it may be run again. Roles belong to the server, passwords are set by `migrate`.
DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['perigee_owner', 'perigee_scheduler', 'perigee_ingestor',
                                'perigee_rocket_monitor'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      EXECUTE format('CREATE ROLE %I', wanted);
    END IF;
  END LOOP;
END $$;

-- Owns and changes the tables. Nobody logs in as it: `migrate` takes its place for as long as it runs.
ALTER ROLE perigee_owner
  NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE perigee_scheduler
  LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE perigee_ingestor
  LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE perigee_rocket_monitor
  LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
-- May hand over to the ingestor what that has to own, and change it later on.
GRANT perigee_ingestor TO perigee_owner;

-- Whoever owns the database owns its schema `public`.
DO $$
BEGIN
  EXECUTE format('ALTER DATABASE %I OWNER TO perigee_owner', current_database());
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO perigee_scheduler, perigee_ingestor, '
                 'perigee_rocket_monitor', current_database());
END $$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO perigee_scheduler, perigee_ingestor, perigee_rocket_monitor;
