/*
 * One CCSDS Space Packet (133.0-B) per datagram, big-endian:
 *
 *    0–5   version 000, type 0, secondary header flag 1, APID 11 bits | sequence flags, count 14 bits |
 *          total length − 7
 *    6–13  uint64 generation time, Unix milliseconds
 *   14–17  uint32 extended sequence count; its low 14 bits equal the header's
 *   18     uint8  number of records
 *   19–…   records: uint8 battery, uint8 mode, float32 volts, amperes, °C, charge in %
 *    …     16 bytes tag over everything before it, only with a key: `packet-signature.ts`
 *   last 2 CRC-16 over everything before it
 */
export const FRONT_BYTES = 19;
export const RECORD_BYTES = 18;
export const CRC_BYTES = 2;
export const CLOSING_BYTES = FRONT_BYTES + CRC_BYTES;

export const SECONDARY_HEADER_FLAG = 0x0800;
export const UNSEGMENTED = 0b11;
export const CLOSING = 0b00;
export const COUNT_MASK = 0x3fff;
