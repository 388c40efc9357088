import type { ClientBase } from 'pg';
import type { DataSource } from 'typeorm';

/**
 * Runs a statement that each connection plans once: a plan of ten parts costs as much as what it does to
 * a few rows. The name stands for one text for ever.
 */
export async function runPrepared<Row extends object>(
  source: DataSource,
  name: string,
  text: string,
  values: unknown[],
): Promise<Row[]> {
  const runner = source.createQueryRunner();
  try {
    const client = (await runner.connect()) as ClientBase;
    const { rows } = await client.query<Row>({ name, text, values });
    return rows;
  } finally {
    await runner.release();
  }
}
