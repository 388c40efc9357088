import { RECEPTION_CLOSE, RECEPTION_OPEN } from '#common/contracts';
import { OutboxRelay } from '#common/messaging';
import { InProcessStartAlarm } from '../../apps/scheduler/src/adapters/in-process-start.alarm.js';
import type { ContactsService } from '../../apps/scheduler/src/contacts/contacts.service.js';
import { keylessContacts } from '../../apps/scheduler/src/contacts/testing/keyless-contacts.js';
import { RocketDirectory } from '../../apps/scheduler/src/contacts/rocket-directory.port.js';
import { RocketEventsConsumer } from '../../apps/scheduler/src/contacts/rocket-events.consumer.js';
import { ContactEventsConsumer } from '../../apps/scheduler/src/starts/contact-events.consumer.js';
import { StartsLoop } from '../../apps/scheduler/src/starts/starts.loop.js';
import { StartsService } from '../../apps/scheduler/src/starts/starts.service.js';
import { UnreportedContacts } from '../../apps/scheduler/src/starts/unreported-contacts.js';
import { SimulatedBus } from './broker.js';
import { ForgetfulAlarm } from './forgetful.alarm.js';
import type { Life } from './host.js';
import { courseOf, outboxOf, startRung, storeOf } from './mutants.js';
import type { World } from './world.js';

const MANDATORY = new Set([RECEPTION_OPEN, RECEPTION_CLOSE]);

/** Asks the rocket monitor's rows, over the same bad network as all. */
class SimulatedDirectory extends RocketDirectory {
  constructor(
    private readonly world: World,
    private readonly life: Life,
  ) {
    super();
  }

  explosionReason(channel: string): Promise<string | null> {
    const { rockets } = this.world;
    return this.life.call('rocket.get', () => rockets.explosionReason(channel));
  }
}

/** A scheduler as its module puts it together: all of it is the real thing but adapters and bus. */
export function bootScheduler(world: World, life: Life): ContactsService {
  const { clock } = life;
  const store = storeOf(world, life);
  const bus = new SimulatedBus(world.broker, life);
  const outbox = outboxOf(world, life);
  const relay = new OutboxRelay({
    outbox,
    publisher: bus.publisher(),
    clock,
    mandatory: MANDATORY,
  });
  const course = courseOf(world, life, relay);

  const ring =
    world.mutant === 'alarm starts'
      ? ({ id }: { id: string }) => void startRung(world, life, id).catch(() => undefined)
      : null;
  const queued = new ForgetfulAlarm(world.alarms, () => life.isAlive, ring);
  const claims = new InProcessStartAlarm(clock);

  const starts = new StartsService(course, claims, queued, relay, clock);
  const loop = new StartsLoop(starts, new UnreportedContacts(course, relay, bus, clock), clock);
  const directory = new SimulatedDirectory(world, life);
  const contacts = keylessContacts({ store, rockets: directory, starts, clock });
  world.broker.consume('scheduler', life, [
    new ContactEventsConsumer(course),
    new RocketEventsConsumer(contacts),
  ]);
  relay.start();
  loop.onApplicationBootstrap();
  return contacts;
}
