import { formatInstant } from '#common/domain';
import { BATTERY_TEXT } from '../packets/battery-text.reader.js';
import { BATTERY } from '../packets/packet-readers.js';
import type { EventData } from './event-sink.js';
import type { NewestSample } from './newest-samples.js';

/** As `/ships/{name}/samples` has it, with the ship and the time of its arrival. */
export function sampleEvent(sample: NewestSample): EventData {
  const { shipName, contactId, generatedAt, receivedAt, sequence, battery, reader } = sample;
  const isOurs = reader.name === BATTERY || reader.name === BATTERY_TEXT;
  const values = reader.fields.map(({ name }, place) => [name, sample.values[place] ?? null]);
  return {
    ship: shipName,
    contact_id: contactId,
    generated_at: formatInstant(generatedAt),
    sequence,
    battery,
    ...(isOurs ? {} : { packet: reader.name }),
    ...(Object.fromEntries(values) as Record<string, number | string | null>),
    received_at: formatInstant(receivedAt),
  };
}
