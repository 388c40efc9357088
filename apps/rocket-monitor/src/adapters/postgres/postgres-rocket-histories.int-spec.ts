import { Logger } from '@nestjs/common';
import { afterAll, beforeAll } from 'vitest';
import {
  describeRocketHistories,
  type RestartableStore,
} from '../../rockets/rocket-histories.contract.js';
import { OpenedStores } from './testing/opened-stores.js';

const stores = new OpenedStores();

// Each start says how long it took.
beforeAll(() => Logger.overrideLogger(false));
beforeAll(() => stores.start());
afterAll(() => stores.stop());

async function open(): Promise<RestartableStore> {
  return {
    store: await stores.open(),
    async restart() {
      await stores.close();
      return open();
    },
  };
}

describeRocketHistories(open, { runs: 100, longEvery: 25 });
