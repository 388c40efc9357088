import { DataSource, type EntityManager } from 'typeorm';
import { again } from './again.js';
import { TypeOrmBegunStore } from './typeorm-begun.store.js';

/** A transaction that may change contacts: `again` as often as `again` says. */
export const changing = <T>(
  source: Pick<DataSource, 'transaction'>,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> =>
  // Within the transaction of another, that one is done again.
  source instanceof DataSource
    ? again(new TypeOrmBegunStore(source), () => source.transaction(work))
    : source.transaction(work);
