import { MemoryRocketStore, type StoreRecord } from './memory-rocket.store.js';
import {
  describeRocketHistories,
  type RestartableStore,
} from '../../rockets/rocket-histories.contract.js';

/** More, such as 50,000, take minutes. */
const RUNS = Number(process.env['ROCKET_HISTORIES'] ?? 5_000);

/** Each history has a channel of its own, the last: of those before nothing is carried over. */
function restartable(store: MemoryRocketStore): RestartableStore {
  return {
    store,
    async restart() {
      const { rejected, last } = partsOf(store);
      const again = empty();
      // As through a file.
      for (const record of [rejected, last])
        if (record) again.restore(JSON.parse(JSON.stringify(record)) as StoreRecord);
      return restartable(again);
    },
  };
}

function partsOf(store: MemoryRocketStore) {
  const [rejected, ...tracks] = store.records();
  return { rejected, last: tracks.at(-1) };
}

const empty = () =>
  new MemoryRocketStore({
    channelsMax: 100_000,
    historyMax: 2_000_000,
    events: { publish: () => undefined },
  });

describeRocketHistories(async () => restartable(empty()), { runs: RUNS, longEvery: 1_000 });
