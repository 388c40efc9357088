import type { MigrationInterface, QueryRunner } from 'typeorm';

/** In the order of code points: lists go on behind a name. By name: a ship has elements before its first contact. */
const TABLES = `
  CREATE TABLE orbits (
    ship_name text COLLATE "C" PRIMARY KEY CHECK (char_length(ship_name) BETWEEN 1 AND 128),
    elements  json NOT NULL,
    epoch     timestamptz NOT NULL
  );
  CREATE TABLE stations (
    name          text COLLATE "C" PRIMARY KEY CHECK (char_length(name) BETWEEN 1 AND 128),
    latitude      double precision NOT NULL,
    longitude     double precision NOT NULL,
    altitude      double precision NOT NULL,
    min_elevation double precision NOT NULL,
    antenna       text COLLATE "C" NOT NULL
  );
`;

/** What passes are predicted from. */
export class OrbitsAndStations1700000014000 implements MigrationInterface {
  readonly name = 'OrbitsAndStations1700000014000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE stations, orbits');
  }
}
