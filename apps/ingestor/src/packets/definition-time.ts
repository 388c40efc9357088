import { type Instant, parseInstant } from '#common/domain';
import {
  PACKET_BYTES_MAX,
  PRIMARY_HEADER_BYTES,
  type TimeDefinition,
} from './packet-definition.js';
import type { YamlSection } from './yaml-section.js';

/** The epoch of CCSDS 301.0-B. */
const CCSDS_EPOCH = '1958-01-01T00:00:00Z';
/** More than there were in half a century. */
const LEAP_SECONDS_MAX = 1_000;

/** `none`, or a section that says where the generation time is and in which form. */
export function readTime(packet: YamlSection): TimeDefinition | null {
  if (!packet.isSection('time')) {
    packet.plain('time', (value) => value === 'none', 'none, or a section with at and form');
    return null;
  }
  const section = packet.section('time');
  const at = section.whole('at', { min: PRIMARY_HEADER_BYTES, max: PACKET_BYTES_MAX });
  const time = readForm(section, at);
  section.end();
  return time;
}

function readForm(section: YamlSection, at: number): TimeDefinition {
  const form = section.choice('form', ['unix-ms', 'cuc', 'cds']);
  switch (form) {
    case 'unix-ms':
      return { form, at };
    case 'cuc':
      return {
        form,
        at,
        coarseBytes: section.whole('coarse_bytes', { min: 1, max: 6 }),
        fineBytes: section.whole('fine_bytes', { min: 0, max: 6 }),
        epoch: readEpoch(section),
        leapSeconds: section.whole('leap_seconds', { min: 0, max: LEAP_SECONDS_MAX }, 0),
      };
    case 'cds':
      return {
        form,
        at,
        dayBytes: section.whole('day_bytes', { min: 2, max: 3 }),
        submillisecondBytes: readSubmillisecondBytes(section),
        epoch: readEpoch(section),
      };
  }
}

function readSubmillisecondBytes(section: YamlSection): number {
  const bytes = section.whole('submillisecond_bytes', { min: 0, max: 4 }, 0);
  if (bytes % 2 !== 0) section.tell('submillisecond_bytes', `must be 0, 2 or 4; it is "${bytes}"`);
  return bytes;
}

function readEpoch(section: YamlSection): Instant {
  const what = `an instant with its offset, such as ${CCSDS_EPOCH}`;
  const text = section.text('epoch', /^.{1,40}$/, what, CCSDS_EPOCH);
  const epoch = parseInstant(text);
  if (epoch === null) section.tell('epoch', `must be ${what}; it is "${text}"`);
  return epoch ?? 0;
}
