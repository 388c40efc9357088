import { benchAsks } from './asks.bench.js';
import { benchBulk } from './bulk.bench.js';
import type { BenchContext } from './context.js';
import type { Row } from './figure.js';
import { benchHttp } from './http.bench.js';
import { benchMemory } from './memory.bench.js';
import { benchNewConnections } from './new-connection.bench.js';
import type { BenchName } from './options.js';
import { benchOverload } from './overload.bench.js';
import { benchReads } from './reads.bench.js';
import { benchRedis } from './redis.bench.js';
import { benchReplay } from './replay.bench.js';
import { benchStarts } from './starts.bench.js';
import { benchUdpReceive } from './udp-receive.bench.js';
import { benchUdpStore } from './udp-store.bench.js';

const BENCHES: Readonly<Record<BenchName, (context: BenchContext) => AsyncGenerator<Row>>> = {
  http: benchHttp,
  'http-new-connection': benchNewConnections,
  redis: benchRedis,
  replay: benchReplay,
  memory: benchMemory,
  'udp-receive': benchUdpReceive,
  'udp-store': benchUdpStore,
  overload: benchOverload,
  reads: benchReads,
  asks: benchAsks,
  starts: benchStarts,
  bulk: benchBulk,
};

export interface BenchOutcome {
  readonly rows: readonly Row[];
  /** Whether each could be measured. */
  readonly isWhole: boolean;
}

/** One after the other: they would measure each other. One that fails is told among the rows. */
export async function runBenches(context: BenchContext): Promise<BenchOutcome> {
  const rows: Row[] = [];
  let isWhole = true;
  for (const name of context.options.names)
    try {
      for await (const row of BENCHES[name](context)) {
        rows.push(row);
        isWhole &&= !('remark' in row && row.isFault === true);
      }
    } catch (fault) {
      context.signal.throwIfAborted();
      isWhole = false;
      const [reason = ''] = (fault instanceof Error ? fault.message : String(fault)).split('\n');
      rows.push({ name, remark: `FAILED: ${reason}` });
      context.onProgress(fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
    }
  return { rows, isWhole };
}
