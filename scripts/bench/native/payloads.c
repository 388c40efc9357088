#include "payloads.h"

#include <stdio.h>
#include <string.h>

/* Values repeat after so many datagrams: made beforehand, since the sender must be faster than all. */
#define VARIANTS 256
#define FRONT_BYTES 19
#define RECORD_BYTES 18
#define LINE_BYTES_MAX 160

static struct payload_plan plan;
static uint16_t crc_table[256];
static uint8_t records[VARIANTS][RECORDS_MAX * RECORD_BYTES];
/* The CRC of front and records is that of the front, carried over the records, by the records' own. */
static uint16_t records_crc[VARIANTS];
static uint16_t carry_high[256];
static uint16_t carry_low[256];
static char line_heads[RECORDS_MAX][LINE_BYTES_MAX];
static size_t line_head_bytes[RECORDS_MAX];
static char line_tails[VARIANTS][RECORDS_MAX][LINE_BYTES_MAX];
static size_t line_tail_bytes[VARIANTS][RECORDS_MAX];

struct reading {
  unsigned mode;
  float volts, amperes, celsius, charge;
};

static struct reading reading_of(unsigned variant, unsigned battery) {
  unsigned mix = (variant * 2654435761u) ^ (battery * 40503u);
  struct reading reading = {
      .mode = 1 + (mix >> 9) % 2,
      .volts = 24.0f + (float)(mix % 3200) / 400.0f,
      .amperes = -2.0f + (float)((mix >> 5) % 1600) / 400.0f,
      .celsius = -10.0f + (float)((mix >> 11) % 2400) / 40.0f,
      .charge = (float)((mix >> 7) % 4000) / 40.0f,
  };
  return reading;
}

static uint16_t crc16(uint16_t crc, const uint8_t *bytes, size_t size) {
  for (size_t at = 0; at < size; at += 1)
    crc = (uint16_t)((crc << 8) ^ crc_table[(crc >> 8) ^ bytes[at]]);
  return crc;
}

static void put(uint8_t *to, uint64_t value, unsigned bytes) {
  for (unsigned at = 0; at < bytes; at += 1) to[at] = (uint8_t)(value >> (8 * (bytes - 1 - at)));
}

static void put_float(uint8_t *to, float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  put(to, bits, 4);
}

static void prepare_crc(void) {
  static const uint8_t zeros[RECORDS_MAX * RECORD_BYTES];
  for (unsigned value = 0; value < 256; value += 1) {
    uint16_t crc = (uint16_t)(value << 8);
    for (unsigned bit = 0; bit < 8; bit += 1)
      crc = (uint16_t)((crc & 0x8000) ? (crc << 1) ^ 0x1021 : crc << 1);
    crc_table[value] = crc;
  }
  size_t size = plan.records * RECORD_BYTES;
  for (unsigned value = 0; value < 256; value += 1) {
    carry_high[value] = crc16((uint16_t)(value << 8), zeros, size);
    carry_low[value] = crc16((uint16_t)value, zeros, size);
  }
}

static void prepare_record(unsigned variant, unsigned battery) {
  struct reading reading = reading_of(variant, battery);
  uint8_t *to = records[variant] + battery * RECORD_BYTES;
  to[0] = (uint8_t)battery;
  to[1] = (uint8_t)reading.mode;
  put_float(to + 2, reading.volts);
  put_float(to + 6, reading.amperes);
  put_float(to + 10, reading.celsius);
  put_float(to + 14, reading.charge);
  line_tail_bytes[variant][battery] = (size_t)snprintf(
      line_tails[variant][battery], LINE_BYTES_MAX,
      "i,mode=%ui,volts=%g,amperes=%g,celsius=%g,charge=%g ", reading.mode, reading.volts,
      reading.amperes, reading.celsius, reading.charge);
}

void prepare_payloads(const struct payload_plan *wanted) {
  plan = *wanted;
  prepare_crc();
  for (unsigned variant = 0; variant < VARIANTS; variant += 1) {
    for (unsigned battery = 0; battery < plan.records; battery += 1)
      prepare_record(variant, battery);
    records_crc[variant] = crc16(0, records[variant], plan.records * RECORD_BYTES);
  }
  for (unsigned battery = 0; battery < plan.records; battery += 1)
    line_head_bytes[battery] =
        (size_t)snprintf(line_heads[battery], LINE_BYTES_MAX, "%s,battery=%u sequence=",
                         plan.measurement ? plan.measurement : "", battery);
}

static void write_front(uint8_t *to, unsigned flags, uint32_t sequence, uint64_t time_us,
                        size_t size, unsigned count) {
  put(to, 0x0800u | plan.apid, 2);
  put(to + 2, (flags << 14) | (sequence & 0x3fff), 2);
  put(to + 4, size - 7, 2);
  put(to + 6, time_us / 1000, 8);
  put(to + 14, sequence, 4);
  to[18] = (uint8_t)count;
}

static size_t write_packet(uint8_t *to, unsigned variant, uint32_t sequence, uint64_t time_us) {
  size_t body = plan.records * RECORD_BYTES;
  write_front(to, 3, sequence, time_us, FRONT_BYTES + body + 2, plan.records);
  uint16_t front = crc16(0xffff, to, FRONT_BYTES);
  uint16_t crc =
      (uint16_t)(carry_high[front >> 8] ^ carry_low[front & 0xff] ^ records_crc[variant]);
  memcpy(to + FRONT_BYTES, records[variant], body);
  put(to + FRONT_BYTES + body, crc, 2);
  return FRONT_BYTES + body + 2;
}

static char *write_decimal(char *to, uint64_t value) {
  char digits[20];
  unsigned count = 0;
  do {
    digits[count++] = (char)('0' + value % 10);
    value /= 10;
  } while (value > 0);
  while (count > 0) *to++ = digits[--count];
  return to;
}

static size_t write_lines(char *to, unsigned variant, uint32_t sequence, uint64_t time_us) {
  char *at = to;
  for (unsigned battery = 0; battery < plan.records; battery += 1) {
    memcpy(at, line_heads[battery], line_head_bytes[battery]);
    at = write_decimal(at + line_head_bytes[battery], sequence);
    memcpy(at, line_tails[variant][battery], line_tail_bytes[variant][battery]);
    at += line_tail_bytes[variant][battery];
    /* Nanoseconds that no other point of the battery has: one that has them would be replaced. */
    at = write_decimal(at, time_us * 1000 + sequence % 1000);
    *at++ = '\n';
  }
  return (size_t)(at - to);
}

size_t write_payload(uint8_t *to, uint64_t index, uint32_t sequence, uint64_t time_us) {
  unsigned variant = (unsigned)(index % VARIANTS);
  return plan.measurement ? write_lines((char *)to, variant, sequence, time_us)
                          : write_packet(to, variant, sequence, time_us);
}

size_t write_closing(uint8_t *to, uint32_t last, uint64_t time_us) {
  write_front(to, 0, last, time_us, FRONT_BYTES + 2, 0);
  put(to + FRONT_BYTES, crc16(0xffff, to, FRONT_BYTES), 2);
  return FRONT_BYTES + 2;
}
