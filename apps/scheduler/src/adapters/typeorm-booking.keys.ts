import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { DomainError } from '#common/domain';
import { BookingKeys, type KeyedRequest } from '../contacts/booking-keys.port.js';

/** Keys of requests in PostgreSQL; its clock says how old they are. */
@Injectable()
export class TypeOrmBookingKeys extends BookingKeys {
  constructor(@InjectDataSource('scheduler') private readonly source: DataSource) {
    super();
  }

  answerTo<T>(request: KeyedRequest): Promise<T | null> {
    return keptAnswer(this.source.manager, request);
  }

  async forget(ageMs: number, limit: number): Promise<number> {
    const [, count] = (await this.source.query(
      `DELETE FROM booking_keys WHERE key IN (
         SELECT key FROM booking_keys
         WHERE created_at < clock_timestamp() - $1 * interval '1 millisecond'
         ORDER BY created_at LIMIT $2)`,
      [ageMs, limit],
    )) as [unknown, number];
    return count;
  }
}

/**
 * Does the work in this transaction and keeps what comes of it, or answers as it did before. Of two
 * at the same time one waits for the other. Without a request it just does the work.
 * @param work answers with what JSON keeps as it is
 */
export async function once<T>(
  manager: EntityManager,
  request: KeyedRequest | null,
  work: () => Promise<T>,
): Promise<T> {
  if (request === null) return work();
  await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, ${KEY_LOCKS}))`, [
    request.key,
  ]);
  const kept = await keptAnswer<T>(manager, request);
  if (kept !== null) return kept;
  const answer = await work();
  await manager.query(
    'INSERT INTO booking_keys (key, fingerprint, answer) VALUES ($1, $2, $3::json)',
    [request.key, request.fingerprint, JSON.stringify(answer)],
  );
  return answer;
}

/** Tells the locks of keys from those of rockets, which have 0. */
const KEY_LOCKS = 1;

async function keptAnswer<T>(
  manager: EntityManager,
  { key, fingerprint }: KeyedRequest,
): Promise<T | null> {
  const [kept] = (await manager.query(
    'SELECT fingerprint, answer FROM booking_keys WHERE key = $1',
    [key],
  )) as { fingerprint: string; answer: T }[];
  if (kept === undefined) return null;
  if (kept.fingerprint === fingerprint) return kept.answer;
  throw new DomainError(
    'IDEMPOTENCY_KEY_REUSED',
    'Another request came under this Idempotency-Key; a new request needs a key of its own',
  );
}
