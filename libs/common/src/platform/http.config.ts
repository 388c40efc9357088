import { IsString } from 'class-validator';
import { LoggingConfig } from './logging.js';

/** The variables of every app that listens for HTTP. */
export class HttpConfig extends LoggingConfig {
  /** The address to listen on; 0.0.0.0 for all. */
  @IsString()
  readonly HOST: string = '127.0.0.1';
}
