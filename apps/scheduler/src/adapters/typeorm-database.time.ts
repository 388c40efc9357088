import type { DataSource } from 'typeorm';
import type { Instant } from '#common/domain';
import { runPrepared } from '#common/persistence';
import { DatabaseTime } from '../starts/database-time.port.js';

const NOW = 'SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now';

export class TypeOrmDatabaseTime extends DatabaseTime {
  constructor(private readonly source: DataSource) {
    super();
  }

  async read(): Promise<Instant> {
    const [row] = await runPrepared<{ now: string }>(this.source, 'database-time', NOW, []);
    return Number(row?.now);
  }
}
