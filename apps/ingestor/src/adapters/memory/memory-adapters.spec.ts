import type { Envelope } from '#common/messaging';
import { ManualClock } from '#common/platform';
import { describeAlarmStore } from '../../alarms/alarm-store.contract.js';
import { describeHoldings } from '../../receptions/holdings.contract.js';
import { IngestorIdentity } from '../../receptions/ingestor-identity.js';
import { describeReceptionStore } from '../../receptions/reception-store.contract.js';
import { describeReportRevisions } from '../../receptions/report-revisions.contract.js';
import { describeHotList } from '../../intake/hot-list.contract.js';
import { describeTelemetryArchive } from '../../archive/telemetry-archive.contract.js';
import type { ArchiveUnderTest } from '../../archive/testing/archive-under-test.js';
import { MemoryAlarmStore } from './memory-alarm.store.js';
import { MemoryHotList } from './memory-hot.list.js';
import { MemoryHoldings } from './memory.holdings.js';
import { MemoryReceptionStore } from './memory-reception.store.js';
import { MemoryTables } from './memory-tables.js';
import { MemoryTelemetryArchive } from './memory-telemetry.archive.js';

describeTelemetryArchive(async () => {
  const tables = new MemoryTables();
  const archive = new MemoryTelemetryArchive(tables);
  const putLevels: ArchiveUnderTest['putLevels'] = async (shipId, levels) => {
    tables.unlevelled.delete(shipId);
    tables.levels.push(...levels.map((level) => ({ ...level, shipId })));
  };
  return { archive, store: new MemoryReceptionStore(tables), putLevels };
});

describeReceptionStore(async () => {
  const tables = new MemoryTables();
  return { store: new MemoryReceptionStore(tables), outbox: async () => tables.outbox };
});

describeReportRevisions(async () => {
  const tables = new MemoryTables();
  return {
    outbox: async () => tables.outbox,
    process: (name) => ({
      store: new MemoryReceptionStore(tables, name),
      archive: new MemoryTelemetryArchive(tables, name),
    }),
  };
});

describeHoldings(async () => {
  const tables = new MemoryTables();
  const clock = new ManualClock(new Date('2030-01-01T00:00:00Z'));
  return (name) => {
    const own = new IngestorIdentity(name);
    return {
      holdings: new MemoryHoldings(tables, own, clock),
      store: new MemoryReceptionStore(tables, own.process),
      archive: new MemoryTelemetryArchive(tables, own.process),
      letLeaseRunOut: async () => {
        tables.ingestors.get(own.process)!.leaseUntilMs = clock.nowMs();
      },
    };
  };
});

describeHotList((listMax, shipsMax) => new MemoryHotList(listMax, shipsMax));

describeAlarmStore(async () => {
  const outbox: Envelope[] = [];
  return { store: new MemoryAlarmStore(outbox), outbox: async () => outbox };
});
