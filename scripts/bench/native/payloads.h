/* What the sender sends: CCSDS battery packets as our ships do, or the same values as lines for InfluxDB. */
#ifndef PAYLOADS_H
#define PAYLOADS_H

#include <stddef.h>
#include <stdint.h>

#define PAYLOAD_BYTES_MAX 8192
#define RECORDS_MAX 32

struct payload_plan {
  unsigned records;
  unsigned apid;
  /* Null: packets; else the measurement that the lines name. */
  const char *measurement;
};

void prepare_payloads(const struct payload_plan *plan);

/* Writes datagram `index` (its values), numbered `sequence`; its bytes. */
size_t write_payload(uint8_t *to, uint64_t index, uint32_t sequence, uint64_t time_us);

/* Tells the receiver that `last` was the last one. */
size_t write_closing(uint8_t *to, uint32_t last, uint64_t time_us);

#endif
