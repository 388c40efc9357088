/** Values of one packet of the quickstart's simulator, by their names in its definition. */
export interface QuickstartValues {
  readonly count14: number;
  readonly floats: Readonly<Record<string, number>>;
  readonly counters: { readonly orbit_number_cumulative: number; readonly elapsed_seconds: number };
  readonly flags: Readonly<Record<string, number>>;
}

const APID = 100;
const BYTES = 123;

const FLOATS_AT_18 = [
  'a height position_x position_y position_z velocity_x velocity_y velocity_z latitude longitude',
  'battery1_voltage battery2_voltage battery1_temp battery2_temp magnetometer_x magnetometer_y',
  'magnetometer_z sunsensor gyro_x gyro_y gyro_z detector_temp',
]
  .join(' ')
  .split(' ');

const FLAGS_AT_106 = [
  'shadow contact_golbasi_gs contact_svalbard payload_status payload_error_flag adcs_error_flag',
  'cdhs_error_flag comms_error_flag eps_error_flag comms_status cdhs_status mode_night mode_day',
  'mode_payload mode_xband mode_sband mode_safe',
]
  .join(' ')
  .split(' ');

/** The layout a second time, by code: what the definition must say too. Values that are not given are 0. */
export function quickstartPacket({ count14, floats, counters, flags }: QuickstartValues): Buffer {
  const bytes = Buffer.alloc(BYTES);
  bytes.writeUInt16BE(APID, 0);
  bytes.writeUInt16BE(0xc000 | count14, 2);
  bytes.writeUInt16BE(BYTES - 7, 4);
  bytes.writeFloatBE(floats['epoch_usno'] ?? 0, 6);
  bytes.writeUInt32BE(counters.orbit_number_cumulative, 10);
  bytes.writeUInt32BE(counters.elapsed_seconds, 14);
  FLOATS_AT_18.forEach((name, at) => bytes.writeFloatBE(floats[name] ?? 0, 18 + 4 * at));
  FLAGS_AT_106.forEach((name, at) => bytes.writeUInt8(flags[name] ?? 0, 106 + at));
  return bytes;
}

export const QUICKSTART_NUMBERS = ['epoch_usno', ...FLOATS_AT_18];
export const QUICKSTART_FLAGS = FLAGS_AT_106;
