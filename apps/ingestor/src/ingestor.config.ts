import { Type } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUrl,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { IsInstant, IsInstantAfter } from '#common/contracts';
import { IsNetworkList } from '#common/datagrams';
import { HttpConfig, IsPortNumber } from '#common/platform';
import { RECEIVERS, type WantedReceiver } from './udp/receiver-choice.js';

export class IngestorConfig extends HttpConfig {
  @IsPortNumber()
  readonly INGESTOR_PORT: number = 8002;

  /** Where datagrams are received. */
  @IsString()
  readonly INGESTOR_UDP_HOST: string = '127.0.0.1';

  /** The shared port, for `ccsds`. */
  @IsPortNumber()
  readonly INGESTOR_UDP_PORT: number = 10_015;

  /** What reads the shared port: `auto` is the native receiver where it was built, else the plain one. */
  @IsIn(RECEIVERS)
  readonly INGESTOR_UDP_RECEIVER: WantedReceiver = 'auto';

  /** One port per contact with format `json`. */
  @Matches(/^\d{4,5}-\d{4,5}$/, {
    message: 'INGESTOR_PORT_POOL must be a range of ports, such as 41000-41255',
  })
  readonly INGESTOR_PORT_POOL: string = '41000-41255';

  /** The address or name of this machine as the ship reaches it. */
  @IsString()
  readonly INGESTOR_ADDRESS: string = '127.0.0.1';

  /**
   * Names this ingestor among several; a new process of the name goes on at once with what the old one
   * received. Without one: this host and the UDP port.
   */
  @IsOptional()
  @IsString()
  @Length(1, 64)
  readonly INGESTOR_ID: string | undefined = undefined;

  /** Folder of packet definitions; unset: Perigee's own. */
  @IsOptional()
  @IsString()
  @Length(1, 4_096)
  readonly INGESTOR_PACKETS: string | undefined = undefined;

  /** Telemetry waits here while the database is away or too slow; unset: `spool` in DATA_FOLDER. */
  @IsOptional()
  @IsString()
  @Length(1, 4_096)
  readonly INGESTOR_SPOOL_FOLDER: string | undefined = undefined;

  @IsInt()
  @Min(1)
  @Max(1_048_576)
  readonly INGESTOR_SPOOL_MIB_MAX: number = 1_024;

  /** Telemetry that waits for the database in memory; what finds no room there is shed, and counted. */
  @IsInt()
  @Min(1)
  @Max(4_096)
  readonly INGESTOR_WAITING_MIB_MAX: number = 128;

  /** Contacts at one time. */
  @IsInt()
  @Min(1)
  @Max(10_000)
  readonly INGESTOR_RECEPTIONS_MAX: number = 1_000;

  /** Readings per ship in the hot list. */
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  readonly HOT_LIST_MAX: number = 100_000;

  /** Samples that were received so long ago are deleted; unset: none ever is. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(36_500)
  readonly TELEMETRY_RETENTION_DAYS: number | undefined = undefined;

  /** What says that it was generated before is rejected: 1970 is no time, but a clock that was never set. */
  @IsInstant()
  readonly TELEMETRY_EARLIEST: string = '2000-01-01T00:00:00Z';

  /** What says that it was generated after is rejected: else it would be the newest for ever. */
  @IsInstant()
  @IsInstantAfter('TELEMETRY_EARLIEST')
  readonly TELEMETRY_LATEST: string = '2099-12-31T23:59:59.999999Z';

  /**
   * The keys of `ccsds` contacts are derived from it; every ingestor needs the same. Unset: packets are
   * not signed.
   */
  @IsOptional()
  @IsString()
  @Length(32, 1_024)
  readonly TELEMETRY_SECRET: string | undefined = undefined;

  @IsUrl({ protocols: ['http', 'https'], require_tld: false, require_protocol: true })
  readonly SPACESHIP_URL: string = 'http://127.0.0.1:8001';

  /** Clients that follow `/events`. The server has 1,000 connections for all. */
  @IsInt()
  @Min(1)
  @Max(900)
  readonly INGESTOR_EVENTS_CLIENTS_MAX: number = 100;

  /** Clients of the WebSocket `/realtime`. */
  @IsInt()
  @Min(1)
  @Max(900)
  readonly INGESTOR_REALTIME_CLIENTS_MAX: number = 100;

  /** Origins of further pages that may open `/realtime`, with commas between them; `*`: any. */
  @IsString()
  @MaxLength(4_096)
  readonly INGESTOR_REALTIME_ORIGINS: string = '';

  /** Replays that run at the same time. */
  @IsInt()
  @Min(1)
  @Max(100)
  readonly INGESTOR_REPLAYS_MAX: number = 8;

  /** Where replays may be sent; anything else would make the ingestor a weapon for strangers. */
  @IsNetworkList()
  readonly INGESTOR_REPLAY_TARGETS: string = '127.0.0.0/8,::1/128';
}
