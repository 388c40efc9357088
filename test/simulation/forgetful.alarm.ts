import type { PartHealth } from '#common/platform';
import type { DueContact } from '../../apps/scheduler/src/starts/contact-course.port.js';
import { StartAlarm } from '../../apps/scheduler/src/starts/start-alarm.port.js';
import type { World } from './world.js';

const WRONG_BY_MICROS_MAX = 2_000_000;
const AGAIN_WITHIN_MICROS = 1_500_000;

/** A job queue that all schedulers share: it forgets alarms, and rings them early, late or twice. */
export class AlarmQueue {
  readonly #workers = new Map<ForgetfulAlarm, (contact: DueContact) => void>();
  /** By contact. */
  readonly #alarms = new Map<string, DueContact>();

  constructor(private readonly world: World) {}

  work(alarm: ForgetfulAlarm, ring: (contact: DueContact) => void): void {
    this.#workers.set(alarm, ring);
  }

  set(contact: DueContact): void {
    const { dice, loop } = this.world;
    if (this.#alarms.get(contact.id)?.revision === contact.revision) return;
    if (this.world.happens('forgotten')) return;
    this.#alarms.set(contact.id, contact);
    const wrongBy = this.world.happens('wrongTime')
      ? dice.between(-WRONG_BY_MICROS_MAX, WRONG_BY_MICROS_MAX)
      : 0;
    loop.at(Math.max(loop.nowMicros, contact.startTime + wrongBy), () => this.#ring(contact));
    if (this.world.happens('rungAgain'))
      loop.at(Math.max(loop.nowMicros, contact.startTime + dice.below(AGAIN_WITHIN_MICROS)), () =>
        this.#ring(contact),
      );
  }

  cancel(contactId: string): void {
    this.#alarms.delete(contactId);
  }

  #ring(contact: DueContact): void {
    if (this.#alarms.get(contact.id) !== contact) return;
    const there = [...this.#workers].filter(([alarm]) => alarm.isThere);
    if (there.length === 0) return;
    const [, ring] = this.world.dice.pick(there);
    this.world.note(() => `an alarm rings for ${contact.id.slice(-2)}`);
    ring(contact);
  }
}

/** The alarm of one scheduler in that queue. */
export class ForgetfulAlarm extends StartAlarm {
  constructor(
    private readonly queue: AlarmQueue,
    private readonly isAlive: () => boolean,
    private readonly ring: ((contact: DueContact) => void) | null = null,
  ) {
    super();
  }

  get isThere(): boolean {
    return this.isAlive();
  }

  onDue(wake: () => void): void {
    this.queue.work(this, this.ring ?? wake);
  }

  set(contact: DueContact): void {
    this.queue.set(contact);
  }

  cancel(contactId: string): void {
    this.queue.cancel(contactId);
  }

  health(): PartHealth {
    return { status: 'up' };
  }
}
