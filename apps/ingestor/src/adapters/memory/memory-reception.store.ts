import { Injectable } from '@nestjs/common';
import type { ContactReport } from '#common/contracts';
import { type Instant, MICROS_PER_MILLISECOND } from '#common/domain';
import type { Envelope } from '#common/messaging';
import { Clock, SystemClock } from '#common/platform';
import {
  type Agreement,
  type Begun,
  CLOSINGS_KEPT_MAX,
  CLOSINGS_KEPT_MICROS,
  type EndedReception,
  type FullReport,
  type NewReception,
  type ReceptionAddress,
  type ReceptionClosing,
  type ReceptionEnd,
  ReceptionStore,
  type RecordedContact,
  type ReportRevision,
  type UnfinishedReception,
} from '../../receptions/reception-store.port.js';
import { storeBatch } from './memory-batches.js';
import { type MemoryReception, MemoryTables, storedIn, unfinishedIn } from './memory-tables.js';

@Injectable()
export class MemoryReceptionStore extends ReceptionStore {
  constructor(
    private readonly tables: MemoryTables,
    private readonly process = 'this process',
    private readonly clock: Clock = new SystemClock(),
  ) {
    super();
  }

  async shipId(name: string): Promise<number> {
    const { ships } = this.tables;
    const known = ships.get(name);
    if (known) return known.id;
    const id = ships.size + 1;
    ships.set(name, { id, name, samplesCount: 0, firstSampleAt: null, lastSampleAt: null });
    return id;
  }

  async begin(reception: NewReception): Promise<Begun> {
    const { contactId, fence } = reception.opening;
    const known = this.tables.receptions.get(contactId);
    if (known && known.opening.fence >= fence) return { outcome: 'known' };
    const fresh = { agreement: null, samplesStored: 0, lastBlock: 0, isEnded: false };
    this.tables.receptions.set(contactId, { ...reception, ...fresh, holder: this.process });
    const isClosed = await this.isClosed(contactId, fence);
    return { outcome: isClosed ? 'called off' : 'begun', at: this.#now };
  }

  async close(closing: ReceptionClosing): Promise<void> {
    const { closings } = this.tables;
    const known = closings.get(closing.contactId);
    if (!known || known.fence < closing.fence) closings.set(closing.contactId, closing);
    this.#forgetClosings(closing.closedAt - CLOSINGS_KEPT_MICROS);
  }

  async isClosed(contactId: string, fence: number): Promise<boolean> {
    return (this.tables.closings.get(contactId)?.fence ?? 0) >= fence;
  }

  async moved(contactId: string, fence: number, address: ReceptionAddress): Promise<boolean> {
    const open = this.#open(contactId, fence);
    if (!open) return false;
    open.address = address;
    return true;
  }

  async agreed(
    contactId: string,
    fence: number,
    agreement: Agreement,
    message: Envelope,
  ): Promise<boolean> {
    const open = this.#open(contactId, fence);
    if (!open) return false;
    if (open.agreement) return open.agreement.eventKey === agreement.eventKey;
    open.agreement = agreement;
    this.tables.outbox.push(message);
    return true;
  }

  async agreement(contactId: string): Promise<Agreement | null> {
    const known = this.tables.receptions.get(contactId);
    return known?.progress.foreign ? null : (known?.agreement ?? null);
  }

  async samplesStored(contactId: string): Promise<number> {
    return this.tables.receptions.get(contactId)?.samplesStored ?? 0;
  }

  async end(end: ReceptionEnd): Promise<boolean> {
    const { contactId, fence, progress, report, unlisted, message } = end;
    const open = this.#open(contactId, fence);
    if (!open) return false;
    open.isEnded = true;
    open.progress = progress;
    this.tables.reports.set(contactId, { report, unlisted });
    this.tables.outbox.push(message);
    return true;
  }

  async unfinished(contactIds?: readonly string[]): Promise<UnfinishedReception[]> {
    const unfinished = unfinishedIn(
      this.tables,
      ({ holder, opening }) =>
        holder === this.process && (contactIds?.includes(opening.contactId) ?? true),
    );
    return unfinished.map((stored) => ({ ...stored, readAt: this.#now }));
  }

  async report(contactId: string): Promise<ContactReport | null> {
    return this.tables.reports.get(contactId)?.report ?? null;
  }

  async fullReport(contactId: string): Promise<FullReport | null> {
    return this.tables.reports.get(contactId) ?? null;
  }

  async recorded(contactId: string): Promise<RecordedContact | null> {
    const full = this.tables.reports.get(contactId);
    const progress = this.tables.receptions.get(contactId)?.progress;
    if (!full || !progress) return null;
    const { account, foreign } = progress;
    return { ...full, isForeign: foreign !== undefined, neverSent: account.neverSent ?? [] };
  }

  async ended(contactId: string): Promise<EndedReception | 'open' | null> {
    const known = this.tables.receptions.get(contactId);
    if (!known) return null;
    const report = this.tables.reports.get(contactId)?.report;
    if (!known.isEnded || !report) return 'open';
    return { ...storedIn(this.tables, known), samplesStored: known.samplesStored, report };
  }

  async revise(revision: ReportRevision): Promise<boolean> {
    const { lastBlock, batch, report, unlisted, message } = revision;
    const [reception] = batch.receptions;
    const known = this.tables.receptions.get(reception!.contactId);
    if (known?.opening.fence !== reception!.fence || !known.isEnded) return false;
    if (known.lastBlock !== lastBlock) return false;
    storeBatch(this.tables, batch, () => known);
    this.tables.reports.set(reception!.contactId, { report, unlisted });
    this.tables.outbox.push(message);
    return true;
  }

  get #now(): Instant {
    return Math.round(this.clock.nowMs() * MICROS_PER_MILLISECOND);
  }

  #open(contactId: string, fence: number): MemoryReception | undefined {
    const known = this.tables.receptions.get(contactId);
    if (!known || known.opening.fence !== fence || known.holder !== this.process) return undefined;
    return known.isEnded ? undefined : known;
  }

  #forgetClosings(before: number): void {
    const { closings, receptions } = this.tables;
    const newestFirst = [...closings.values()].toSorted((a, b) => b.closedAt - a.closedAt);
    newestFirst.forEach(({ contactId, closedAt }, at) => {
      const reception = receptions.get(contactId);
      const isAwaited = reception !== undefined && !reception.isEnded;
      if (!isAwaited && (closedAt < before || at >= CLOSINGS_KEPT_MAX)) closings.delete(contactId);
    });
  }
}
