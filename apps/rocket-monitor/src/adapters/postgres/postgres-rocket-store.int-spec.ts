import { afterAll, afterEach, beforeAll } from 'vitest';
import { describeRocketStore } from '../../rockets/rocket-store.contract.js';
import { OpenedStores } from './testing/opened-stores.js';

const stores = new OpenedStores();

beforeAll(() => stores.start());
afterAll(() => stores.stop());
afterEach(() => stores.close());

describeRocketStore(async () => {
  await stores.empty();
  return { store: await stores.open(), published: () => stores.published() };
});
