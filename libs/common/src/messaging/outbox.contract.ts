import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { type Envelope, envelope } from './envelope.js';
import type { Outbox } from './outbox.port.js';

export interface OutboxUnderTest {
  readonly outbox: Outbox;
  add(envelope: Envelope): Promise<void>;
}

/** What every `Outbox` must do. */
export function describeOutbox(make: () => Promise<OutboxUnderTest>): void {
  describe('an Outbox', () => {
    let outbox: Outbox;
    const added: Envelope[] = [];

    beforeEach(async () => {
      const made = await make();
      outbox = made.outbox;
      added.splice(0, added.length, envelope('a.one', { n: 1 }), envelope('a.two', { n: 2 }));
      for (const message of added) await made.add(message);
    });

    const ids = (messages: readonly { readonly envelope: Envelope }[]): string[] =>
      messages.map(({ envelope: { id } }) => id);

    it('hands out what was added, whole and oldest first', async () => {
      const claimed = await outbox.claim(10, 60_000);
      expect(claimed).toEqual(added.map((message) => ({ envelope: message, attempt: 1 })));
    });

    it('hands a message to one relay at a time', async () => {
      const [first, second] = await Promise.all([outbox.claim(1, 60_000), outbox.claim(1, 60_000)]);
      expect([...ids(first), ...ids(second)].toSorted()).toEqual(
        added.map(({ id }) => id).toSorted(),
      );
      expect(await outbox.claim(10, 60_000)).toEqual([]);
    });

    it('hands a message out again when its lease has ended', async () => {
      await outbox.claim(10, 30);
      await until(async () => expect(await outbox.claim(10, 60_000)).toHaveLength(2));
    });

    it('forgets what is confirmed', async () => {
      await outbox.claim(10, 0);
      await outbox.confirm([...added.map(({ id }) => id), randomUUID()]);
      expect(await outbox.counts()).toEqual({ waiting: 0, dead: 0 });
      expect(await outbox.claim(10, 0)).toEqual([]);
    });

    it('holds back what is postponed, and counts the attempts', async () => {
      const [first] = await outbox.claim(1, 0);
      await outbox.postpone(first!.envelope.id, 40, 'no broker');
      expect(ids(await outbox.claim(10, 60_000))).not.toContain(first!.envelope.id);
      await until(async () => {
        const [again] = await outbox.claim(10, 60_000);
        expect(again).toEqual({ envelope: first!.envelope, attempt: 2 });
      });
    });

    it('keeps what is buried, and hands it out no more', async () => {
      await outbox.bury(added[0]!.id, 'nobody understands it');
      expect(ids(await outbox.claim(10, 60_000))).toEqual([added[1]!.id]);
      expect(await outbox.counts()).toEqual({ waiting: 1, dead: 1 });
    });
  });
}
