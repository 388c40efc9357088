import type { MigrationInterface } from 'typeorm';
import { Alarms1700000007000 } from './1700000007000-alarms.js';
import { Antennas1700000009000 } from './1700000009000-antennas.js';
import { ContactHistory1700000008000 } from './1700000008000-contact-history.js';
import { BegunContacts1700000016000 } from './1700000016000-begun-contacts.js';
import { BookingKeys1700000010000 } from './1700000010000-booking-keys.js';
import { Contacts1700000001000 } from './1700000001000-contacts.js';
import { ContactsByRocket1700000015000 } from './1700000015000-contacts-by-rocket.js';
import { Ingestors1700000004000 } from './1700000004000-ingestors.js';
import { OrbitsAndStations1700000014000 } from './1700000014000-orbits-and-stations.js';
import { Outbox1700000000000 } from './1700000000000-outbox.js';
import { PacketBlocks1700000006000 } from './1700000006000-packet-blocks.js';
import { Rockets1700000005000 } from './1700000005000-rockets.js';
import { SamplePartitions1700000003000 } from './1700000003000-sample-partitions.js';
import { Series1700000011000 } from './1700000011000-series.js';
import { StartClaims1700000012000 } from './1700000012000-start-claims.js';
import { Telemetry1700000002000 } from './1700000002000-telemetry.js';
import { UnlistedRanges1700000017000 } from './1700000017000-unlisted-ranges.js';
import { Webhooks1700000013000 } from './1700000013000-webhooks.js';

/** In the order in which they run; only ever added to. */
export const MIGRATIONS: (new () => MigrationInterface)[] = [
  Outbox1700000000000,
  Contacts1700000001000,
  Telemetry1700000002000,
  SamplePartitions1700000003000,
  Ingestors1700000004000,
  Rockets1700000005000,
  PacketBlocks1700000006000,
  Alarms1700000007000,
  ContactHistory1700000008000,
  Antennas1700000009000,
  BookingKeys1700000010000,
  Series1700000011000,
  Webhooks1700000013000,
  OrbitsAndStations1700000014000,
  StartClaims1700000012000,
  ContactsByRocket1700000015000,
  BegunContacts1700000016000,
  UnlistedRanges1700000017000,
];
