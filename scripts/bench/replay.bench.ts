import type { BenchContext } from './context.js';
import type { Row } from './figure.js';
import { isKnown } from './monitors.js';

/** How fast a monitor on PostgreSQL reads its log when it starts. */
export async function benchReplay(_: BenchContext): Promise<Row[]> {
  const remark = isKnown('postgres')
    ? 'not measured yet'
    : 'this build does not know the store postgres';
  return [{ name: 'replay at start, postgres', remark }];
}
