export interface InfluxPlan {
  readonly folder: string;
  readonly http: number;
  readonly rpc: number;
  readonly udp: number;
  readonly database: string;
}

/**
 * All below one folder and on loopback, and the listener as its manual says for much: a large receive
 * buffer, large batches. What is not measured is off: its own statistics, its log of queries.
 */
export function influxConfig({ folder, http, rpc, udp, database }: InfluxPlan): string {
  return `reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${http}"
  log-enabled = false
[logging]
  level = "warn"
[[udp]]
  enabled = true
  bind-address = "127.0.0.1:${udp}"
  database = "${database}"
  read-buffer = 8388608
  batch-size = 5000
  batch-pending = 100
  batch-timeout = "50ms"
`;
}
