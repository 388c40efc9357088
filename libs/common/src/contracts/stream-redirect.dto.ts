import { PickType } from '@nestjs/swagger';
import { StreamRequestDto } from './stream-request.dto.js';

/** `PATCH /stream/{event_key}` of a ship: from the next datagram on send there, numbered as before. */
export class StreamRedirectDto extends PickType(StreamRequestDto, ['host', 'port', 'apid']) {}

/** Answer to `PATCH /stream/{event_key}`. */
export interface StreamRedirected {
  readonly message: string;
  readonly event_key: string;
  /** Of the datagrams so far, which all went the old way. */
  readonly last_sequence: number;
  readonly sent: number;
}
