import { ReceptionsService } from '../receptions/receptions.service.js';
import { AlarmTeller } from './alarm-teller.js';
import { AlarmWatch } from './alarm-watch.js';
import { AlarmWriter } from './alarm-writer.js';
import { AlarmsController } from './alarms.controller.js';
import { AlarmsService } from './alarms.service.js';
import { LimitsController } from './limits.controller.js';
import { LimitsService } from './limits.service.js';
import { NumericFields } from './numeric-fields.js';
import { OpenContacts } from './open-contacts.js';

/** Limits and alarms; needs an AlarmStore, an EventSink, the feed of samples and the readers of packets. */
export const ALARM_PROVIDERS = [
  AlarmTeller,
  AlarmWatch,
  AlarmWriter,
  AlarmsService,
  LimitsService,
  NumericFields,
  { provide: OpenContacts, useExisting: ReceptionsService },
];

export const ALARM_CONTROLLERS = [AlarmsController, LimitsController];
