import { describeReceptionStore } from '../../receptions/reception-store.contract.js';
import { describeHotList } from '../../telemetry/hot-list.contract.js';
import { describeTelemetryArchive } from '../../telemetry/telemetry-archive.contract.js';
import { MemoryHotList } from './memory-hot.list.js';
import { MemoryReceptionStore } from './memory-reception.store.js';
import { MemoryTables } from './memory-tables.js';
import { MemoryTelemetryArchive } from './memory-telemetry.archive.js';

describeTelemetryArchive(async () => {
  const tables = new MemoryTables();
  const archive = new MemoryTelemetryArchive(tables);
  return { archive, store: new MemoryReceptionStore(tables) };
});

describeReceptionStore(async () => {
  const tables = new MemoryTables();
  return { store: new MemoryReceptionStore(tables), outbox: async () => tables.outbox };
});

describeHotList((listMax, shipsMax) => new MemoryHotList(listMax, shipsMax));
