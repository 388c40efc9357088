import { Injectable } from '@nestjs/common';
import { Clock } from '#common/platform';
import { type Held, Holdings, LEASE_MS } from '../../receptions/holdings.port.js';
import { IngestorIdentity } from '../../receptions/ingestor-identity.js';
import { isCalledOff, MemoryTables, unfinishedIn } from './memory-tables.js';

@Injectable()
export class MemoryHoldings extends Holdings {
  constructor(
    private readonly tables: MemoryTables,
    private readonly identity: IngestorIdentity,
    private readonly clock: Clock,
  ) {
    super();
  }

  async enter(): Promise<void> {
    const { process, name } = this.identity;
    const { ingestors, receptions } = this.tables;
    for (const [former, ingestor] of ingestors) {
      if (ingestor.name !== name) continue;
      ingestors.delete(former);
      for (const reception of receptions.values())
        if (reception.holder === former) reception.holder = process;
    }
    ingestors.set(process, { name, leaseUntilMs: this.clock.nowMs() + LEASE_MS });
  }

  async beat(): Promise<Held | null> {
    const known = this.tables.ingestors.get(this.identity.process);
    if (!known) return null;
    known.leaseUntilMs = this.clock.nowMs() + LEASE_MS;
    const ours = [...this.tables.receptions.values()].filter(
      ({ holder, isEnded }) => holder === this.identity.process && !isEnded,
    );
    return new Map(ours.map((held) => [held.opening.contactId, isCalledOff(this.tables, held)]));
  }

  async adopt(limit: number): Promise<string[]> {
    const { ingestors } = this.tables;
    const nowMs = this.clock.nowMs();
    const isAlive = (process: string): boolean =>
      (ingestors.get(process)?.leaseUntilMs ?? 0) > nowMs;
    if (!isAlive(this.identity.process)) return [];
    const livingCount = [...ingestors.keys()].filter(isAlive).length;
    const orphans = unfinishedIn(this.tables, ({ holder }) => !isAlive(holder));
    const share = Math.ceil(orphans.length / Math.max(1, livingCount));
    const adopted = orphans
      .slice(0, Math.min(limit, share))
      .map(({ opening }) => opening.contactId);
    for (const contactId of adopted)
      this.tables.receptions.get(contactId)!.holder = this.identity.process;
    return adopted;
  }

  async leave(): Promise<void> {
    const known = this.tables.ingestors.get(this.identity.process);
    if (known) known.leaseUntilMs = this.clock.nowMs();
  }
}
