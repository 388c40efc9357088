import type { QueryRunner } from 'typeorm';
import { formatInstant, type Instant } from '#common/domain';
import { type OldPacket, packetsOf, SAMPLE_COLUMNS, type SampleRow } from './old-packet.js';
import { BlockRow } from './block-row.js';

/** Rows that are in memory at once. */
const FETCH_ROWS = 5_000;
/** Blocks that are written at once. */
const INSERT_BLOCKS_MAX = 100;
const INSERT_BYTES_MAX = 4 * 1024 * 1024;
const CONTACTS_KNOWN_MAX = 10_000;

/** In the order of the key, so that no partition is sorted. */
const CURSOR = `
  DECLARE old_samples NO SCROLL CURSOR FOR
  SELECT ${SAMPLE_COLUMNS} FROM samples s
  ORDER BY s.ship_id, s.generated_at, s.contact_id, s.sequence, s.battery`;

interface ContactRow {
  readonly contact_id: string;
  readonly fence: string;
  readonly apid: number | null;
  readonly opened_at: string;
}

/** A contact that nobody knows any more. */
const UNKNOWN = { fence: '1', apid: null, opened_at: '-Infinity' };

/**
 * Turns the rows of `samples` into blocks, and those of `latest_samples` into `latest_packets`. A few
 * thousand rows at a time: the archive is larger than memory.
 */
export async function samplesIntoBlocks(runner: QueryRunner): Promise<void> {
  const blocks = new Blocks(runner);
  await runner.query(CURSOR);
  let left: SampleRow[] = [];
  for (;;) {
    const rows = (await runner.query(`FETCH ${FETCH_ROWS} FROM old_samples`)) as SampleRow[];
    const isLast = rows.length === 0;
    const packets = packetsOf([...left, ...rows]);
    // The rows of the last packet may go on in the next piece.
    const unfinished = isLast ? undefined : packets.pop();
    left = [...(unfinished?.rows ?? [])];
    await blocks.add(packets);
    if (isLast) break;
  }
  await runner.query('CLOSE old_samples');
  await blocks.finish();
  await latestIntoPackets(runner);
}

/** Gathers packets, which come by ship and time, and writes them. */
class Blocks {
  readonly #contacts = new Map<string, Omit<ContactRow, 'contact_id'>>();
  /** Those of the minute that the packets have come to. */
  readonly #open = new Map<string, BlockRow>();
  /** The last number of each reception of the ship. */
  readonly #numbers = new Map<string, number>();
  #sealed: BlockRow[] = [];
  #sealedBytes = 0;
  #shipId: number | null = null;
  #minute: Instant | null = null;

  constructor(private readonly runner: QueryRunner) {}

  async add(packets: readonly OldPacket[]): Promise<void> {
    await this.#learn(packets);
    for (const packet of packets) {
      if (packet.shipId !== this.#shipId || packet.minute !== this.#minute) this.#seal();
      if (packet.shipId !== this.#shipId) this.#numbers.clear();
      this.#shipId = packet.shipId;
      this.#minute = packet.minute;
      this.#take(packet);
      if (this.#sealed.length >= INSERT_BLOCKS_MAX || this.#sealedBytes >= INSERT_BYTES_MAX)
        await this.#write();
    }
  }

  async finish(): Promise<void> {
    this.#seal();
    await this.#write();
  }

  #take(packet: OldPacket): void {
    const { fence, apid, opened_at } = this.#contacts.get(packet.contactId) ?? UNKNOWN;
    // From an earlier start of the contact; which one, nobody knows.
    const itsFence = packet.receivedAt >= Number(opened_at) ? fence : '0';
    const key = `${packet.contactId}/${itsFence}/${packet.definition}`;
    const bytes = packet.bytes(apid);
    let block = this.#open.get(key);
    if (block && !block.hasRoomFor(bytes)) {
      this.#sealOne(block);
      block = undefined;
    }
    if (!block) this.#open.set(key, (block = new BlockRow(packet, itsFence)));
    block.add(packet, bytes);
  }

  #seal(): void {
    for (const block of this.#open.values()) this.#sealOne(block);
    this.#open.clear();
  }

  #sealOne(block: BlockRow): void {
    const reception = `${block.contactId}/${block.fence}`;
    block.number = (this.#numbers.get(reception) ?? 0) + 1;
    this.#numbers.set(reception, block.number);
    this.#sealed.push(block);
    this.#sealedBytes += block.bytes;
  }

  async #write(): Promise<void> {
    const sealed = this.#sealed.splice(0);
    this.#sealedBytes = 0;
    if (sealed.length === 0) return;
    const parameters: unknown[] = [];
    const rows = sealed.map((block) => {
      const places = block.values().map((value) => `$${parameters.push(value)}`);
      return `(${places.join()})`;
    });
    await this.runner.query(
      `INSERT INTO blocks (ship_id, contact_id, fence, number, definition, first_at, last_at,
         received_at, packets, samples, numbers, body) VALUES ${rows.join()}`,
      parameters,
    );
  }

  async #learn(packets: readonly OldPacket[]): Promise<void> {
    if (this.#contacts.size > CONTACTS_KNOWN_MAX) this.#contacts.clear();
    const ids = new Set(packets.map(({ contactId }) => contactId));
    const unknown = [...ids].filter((id) => !this.#contacts.has(id));
    if (unknown.length === 0) return;
    const rows = (await this.runner.query(
      `SELECT contact_id, fence, apid, (extract(epoch FROM opened_at) * 1000000)::bigint AS opened_at
       FROM receptions WHERE contact_id = ANY ($1::uuid[])`,
      [unknown],
    )) as ContactRow[];
    for (const { contact_id, ...contact } of rows) this.#contacts.set(contact_id, contact);
  }
}

/** At most 256 batteries for each ship. The packet holds the one record: what it came with is not known here. */
async function latestIntoPackets(runner: QueryRunner): Promise<void> {
  await runner.query(`
    DECLARE old_latest NO SCROLL CURSOR FOR
    SELECT ${SAMPLE_COLUMNS} FROM latest_samples ORDER BY ship_id, battery`);
  for (;;) {
    const rows = (await runner.query(`FETCH ${FETCH_ROWS} FROM old_latest`)) as SampleRow[];
    if (rows.length === 0) break;
    for (const row of rows) await insertLatest(runner, row);
  }
  await runner.query('CLOSE old_latest');
}

async function insertLatest(runner: QueryRunner, row: SampleRow): Promise<void> {
  const packet = packetsOf([row])[0]!;
  const [contact] = (await runner.query(
    'SELECT fence, apid FROM receptions WHERE contact_id = $1',
    [packet.contactId],
  )) as Pick<ContactRow, 'fence' | 'apid'>[];
  await runner.query(
    `INSERT INTO latest_packets (ship_id, battery, contact_id, fence, definition, generated_at,
       sequence, received_at, packet) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      packet.shipId,
      row.battery,
      packet.contactId,
      contact?.fence ?? UNKNOWN.fence,
      packet.definition,
      formatInstant(packet.generatedAt),
      packet.sequence,
      formatInstant(packet.receivedAt),
      packet.bytes(contact?.apid ?? null),
    ],
  );
}
