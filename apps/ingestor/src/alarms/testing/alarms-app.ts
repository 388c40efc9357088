import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Clock, createHttpApp } from '#common/platform';
import { PacketReaders, readPacketReaders } from '../../packets/packet-readers.js';
import { ALARM_CONTROLLERS } from '../alarm-providers.js';
import { AlarmStore } from '../alarm-store.port.js';
import { AlarmTeller } from '../alarm-teller.js';
import { AlarmWatch } from '../alarm-watch.js';
import { AlarmsService } from '../alarms.service.js';
import { LimitsService } from '../limits.service.js';
import { NumericFields } from '../numeric-fields.js';
import type { WatchUnderTest } from './watch-under-test.js';

@Module({})
class AlarmsModule {}

/** Limits and alarms behind the same door as in the app. */
export async function alarmsApp(test: WatchUnderTest): Promise<NestFastifyApplication> {
  const app = await createHttpApp(
    {
      module: AlarmsModule,
      providers: [
        AlarmsService,
        LimitsService,
        NumericFields,
        { provide: AlarmStore, useValue: test.store },
        { provide: AlarmTeller, useValue: test.teller },
        { provide: AlarmWatch, useValue: test.watch },
        { provide: Clock, useValue: test.clock },
        { provide: PacketReaders, useFactory: () => readPacketReaders() },
      ],
      controllers: ALARM_CONTROLLERS,
    },
    { title: 'Alarms', description: 'Alarms', logger: { log() {}, error() {}, warn() {} } },
  );
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}
