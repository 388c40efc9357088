import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { DatagramBatch } from '../udp/datagram-batch.js';
import { DATAGRAMS, UDP } from '../udp/udp.events.js';
import { TelemetryIntake } from './telemetry-intake.js';

/** The way in of telemetry. The intake checks each datagram by its format; there is no DTO for bytes. */
@Controller()
export class DatagramsConsumer {
  constructor(private readonly intake: TelemetryIntake) {}

  @EventPattern(DATAGRAMS, UDP)
  take(@Payload() batch: DatagramBatch): void {
    this.intake.take(batch);
  }
}
