import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  ALARM_ACKNOWLEDGED,
  ALARM_CHANGED,
  ALARM_CLEARED,
  ALARM_RAISED,
  type AlarmMessage,
} from '#common/contracts';
import type { Envelope } from '#common/messaging';
import type { AlarmChange, AlarmRecord } from './alarm.js';
import { alarmMessageOf } from './alarm-message.js';
import { describeLimits } from './alarm-store-limits.contract.js';
import type { AlarmQuery, AlarmStore } from './alarm-store.port.js';
import { after, alarmOf, NOW, SHIP, shipLimit } from './testing/alarms.js';

export interface AlarmStoreUnderTest {
  readonly store: AlarmStore;
  readonly outbox: () => Promise<Envelope[]>;
}

const ALL: AlarmQuery = { state: null, shipName: null, severity: null, before: null, limit: 100 };

const eventsOf = (changes: readonly AlarmChange[] | null): unknown =>
  changes?.map(({ event, alarm }) => [event, alarm.id]);

/** What every `AlarmStore` must do. Called with a way to make empty ones. */
export function describeAlarmStore(make: () => Promise<AlarmStoreUnderTest>): void {
  describe('an AlarmStore', () => {
    let store: AlarmStore;
    let outbox: AlarmStoreUnderTest['outbox'];

    beforeEach(async () => {
      ({ store, outbox } = await make());
    });

    describeLimits(() => store);

    describe('of alarms', () => {
      beforeEach(async () => {
        await store.putLimit(shipLimit(), NOW);
      });

      const told = async (): Promise<[string, AlarmMessage][]> =>
        (await outbox()).map(({ type, data }) => [type, data as AlarmMessage]);

      it('lists one as it was saved, and tells of it once', async () => {
        const alarm = alarmOf();

        expect(eventsOf(await store.save([alarm]))).toEqual([['raised', alarm.id]]);
        expect(await store.save([alarm])).toEqual([]);
        const listed = await store.alarm(alarm.id);
        expect(listed).toEqual({
          ...alarm,
          position: expect.any(Number) as number,
          acknowledged: null,
        });
        expect(await store.openAlarms([SHIP, 'Voyager'])).toEqual([listed]);
        expect(await store.openAlarms(['Voyager'])).toEqual([]);
        expect(await told()).toEqual([[ALARM_RAISED, alarmMessageOf(listed!)]]);
      });

      it('follows an alarm to its end, whatever was left out on the way', async () => {
        const alarm = alarmOf();
        const worse: AlarmRecord = {
          ...alarm,
          severity: 'critical',
          value: 19,
          limit: 20,
          worst: { value: 18.5, at: after(2) },
          changedAt: after(1),
          version: 4,
        };
        const over = { ...worse, clearedAt: after(3), version: 5 };

        await store.save([alarm]);
        expect(eventsOf(await store.save([worse]))).toEqual([['changed', alarm.id]]);
        expect(eventsOf(await store.save([over]))).toEqual([['cleared', alarm.id]]);
        expect(await store.alarm(alarm.id)).toMatchObject(over);
        expect(await store.openAlarms([SHIP])).toEqual([]);
        expect((await told()).map(([type]) => type)).toEqual([
          ALARM_RAISED,
          ALARM_CHANGED,
          ALARM_CLEARED,
        ]);
      });

      it('takes no older news, and none of what is over', async () => {
        const alarm = alarmOf({ version: 3 });
        const over = { ...alarm, clearedAt: after(1), version: 4 };
        await store.save([alarm]);

        expect(await store.save([{ ...alarm, severity: 'critical', version: 2 }])).toEqual([]);
        await store.save([over]);
        expect(await store.save([{ ...alarm, severity: 'critical', version: 9 }])).toEqual([]);
        expect(await store.alarm(alarm.id)).toMatchObject(over);
      });

      it('takes what was raised twice for one alarm', async () => {
        const alarm = alarmOf({ version: 3 });
        const again = alarmOf({ severity: 'critical', value: 19, limit: 20 });
        await store.save([alarm]);

        expect(eventsOf(await store.save([again]))).toEqual([['changed', alarm.id]]);
        expect(await store.alarm(again.id)).toBeNull();
        expect(await store.alarm(alarm.id)).toMatchObject({ severity: 'critical', version: 3 });
        const over = { ...again, clearedAt: after(5), version: 2 };
        expect(eventsOf(await store.save([over]))).toEqual([['cleared', alarm.id]]);
        expect(await store.alarms(ALL)).toHaveLength(1);
      });

      it('lists an alarm that came and went between two savings, and the next of its series', async () => {
        const first = alarmOf();
        await store.save([first]);
        const over = { ...first, clearedAt: after(1), version: 2 };
        const short = alarmOf({ clearedAt: after(2), raisedAt: after(2) });
        const next = alarmOf({ raisedAt: after(3) });

        expect(eventsOf(await store.save([over, short, next]))).toEqual([
          ['cleared', first.id],
          ['raised', short.id],
          ['cleared', short.id],
          ['raised', next.id],
        ]);
        const listed = await store.alarms(ALL);
        expect(listed.map(({ id }) => id)).toEqual([next.id, short.id, first.id]);
      });

      it('keeps series apart', async () => {
        await store.putLimit(shipLimit({ shipName: 'Voyager' }), NOW);
        await store.putLimit(shipLimit({ field: 'celsius' }), NOW);
        const alarms = [
          alarmOf(),
          alarmOf({ battery: 1 }),
          alarmOf({ field: 'celsius' }),
          alarmOf({ shipName: 'Voyager' }),
          alarmOf({ kind: 'stale', battery: null, value: null, worst: null, limit: 5 }),
        ];

        expect(await store.save(alarms)).toHaveLength(alarms.length);
        expect(await store.openAlarms([SHIP])).toHaveLength(4);
        const again = alarms.map((alarm) => ({ ...alarm, id: randomUUID() }));
        expect(await store.save(again)).toEqual([]);
        expect(await store.alarms(ALL)).toHaveLength(alarms.length);
      });

      it('leaves out what no limit is for any more, unless it is over', async () => {
        const foreign = alarmOf({ field: 'amperes' });

        expect(await store.save([foreign])).toEqual([]);
        expect(await store.alarm(foreign.id)).toBeNull();
        expect(await store.save([{ ...foreign, clearedAt: after(1) }])).toHaveLength(2);
      });

      it('clears what loses its last limit', async () => {
        await store.putLimit(shipLimit({ battery: 1 }), NOW);
        const stale = alarmOf({ kind: 'stale', battery: null, value: null, worst: null, limit: 5 });
        const [zero, one] = [alarmOf(), alarmOf({ battery: 1 })];
        await store.save([stale, zero, one]);

        const changes = await store.removeLimit(shipLimit(), after(9));
        expect(eventsOf(changes)).toEqual([
          ['cleared', stale.id],
          ['cleared', zero.id],
        ]);
        expect(await store.alarm(zero.id)).toMatchObject({ clearedAt: after(9) });
        expect((await store.openAlarms([SHIP])).map(({ id }) => id)).toEqual([one.id]);
        expect((await told()).filter(([type]) => type === ALARM_CLEARED)).toHaveLength(2);
        // The watch has not heard of it yet.
        expect(await store.save([{ ...zero, severity: 'critical', version: 2 }])).toEqual([]);
      });

      it('clears a stale alarm that nobody asks for any more', async () => {
        const stale = alarmOf({ kind: 'stale', battery: null, value: null, worst: null, limit: 5 });
        await store.save([stale]);

        expect(await store.putLimit(shipLimit({ limit: { hysteresis: 0 } }), NOW)).toEqual([]);
        const without = shipLimit({ limit: { staleAfterSeconds: null } });
        expect(eventsOf(await store.putLimit(without, NOW))).toEqual([['cleared', stale.id]]);
      });

      it('notes the first acknowledgement for good, also of what is over', async () => {
        const alarm = alarmOf();
        await store.save([alarm]);
        const first = { by: 'Uhura', at: after(60), comment: 'seen' };

        expect(await store.acknowledge(randomUUID(), first)).toBeNull();
        expect(await store.acknowledge(alarm.id, first)).toMatchObject({
          isNew: true,
          alarm: { acknowledged: first },
        });
        const second = await store.acknowledge(alarm.id, { by: 'Sulu', at: NOW, comment: null });
        expect(second).toMatchObject({ isNew: false, alarm: { acknowledged: first } });
        await store.save([{ ...alarm, clearedAt: after(70), version: 2 }]);
        expect(await store.alarm(alarm.id)).toMatchObject({ acknowledged: first });
        expect((await told()).map(([type]) => type)).toEqual([
          ALARM_RAISED,
          ALARM_ACKNOWLEDGED,
          ALARM_CLEARED,
        ]);
        const over = alarmOf({ clearedAt: after(1) });
        await store.save([over]);
        const late = await store.acknowledge(over.id, { ...first, comment: null });
        expect(late).toMatchObject({ isNew: true });
      });

      it('lists by state, ship and severity, the newest first, in pages', async () => {
        await store.putLimit(shipLimit({ shipName: 'Voyager' }), NOW);
        const over = alarmOf({ clearedAt: after(1) });
        const known = alarmOf();
        const open = alarmOf({ battery: 1, severity: 'critical' });
        const foreign = alarmOf({ shipName: 'Voyager' });
        for (const alarm of [over, known, open, foreign]) await store.save([alarm]);
        await store.acknowledge(known.id, { by: 'Uhura', at: NOW, comment: null });
        const ids = async (query: Partial<AlarmQuery>): Promise<string[]> =>
          (await store.alarms({ ...ALL, ...query })).map(({ id }) => id);

        expect(await ids({})).toEqual([foreign.id, open.id, known.id, over.id]);
        expect(await ids({ state: 'open' })).toEqual([foreign.id, open.id]);
        expect(await ids({ state: 'acknowledged' })).toEqual([known.id]);
        expect(await ids({ state: 'cleared' })).toEqual([over.id]);
        expect(await ids({ shipName: SHIP, severity: 'warning' })).toEqual([known.id, over.id]);
        expect(await ids({ limit: 2 })).toEqual([foreign.id, open.id]);
        const { position } = (await store.alarm(open.id))!;
        expect(await ids({ before: position, limit: 1 })).toEqual([known.id]);
      });

      it('forgets the oldest that are over, and never one that is not', async () => {
        const open = alarmOf();
        await store.save([open]);
        const over = Array.from({ length: 5 }, () => alarmOf({ battery: 1, clearedAt: after(1) }));
        await store.save(over);

        expect(await store.forgetCleared(5)).toBe(0);
        expect(await store.forgetCleared(2)).toBe(3);
        expect((await store.alarms(ALL)).map(({ id }) => id)).toEqual([
          over[4]!.id,
          over[3]!.id,
          open.id,
        ]);
      });
    });
  });
}
