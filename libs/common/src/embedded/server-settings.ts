/**
 * Given on the command line at each start, so they hold for older clusters too and whatever stands in
 * their files. Sized for one application on a laptop: little memory, no helper process without a use.
 */
export const SERVER_SETTINGS = {
  unix_socket_directories: '',
  fsync: 'on',
  full_page_writes: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  max_connections: '60',
  /** A query without bounds locks every partition of blocks: ten at once, after ten years of weeks. */
  max_locks_per_transaction: '256',
  /** PostgreSQL's own default: with less, a million bookings do not fit, and starts wait for the disk. */
  shared_buffers: '128MB',
  work_mem: '4MB',
  maintenance_work_mem: '32MB',
  max_wal_size: '512MB',
  /** Otherwise PostgreSQL 18 keeps three more processes for reading. */
  io_method: 'sync',
  autovacuum_max_workers: '1',
  max_worker_processes: '2',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  /** No replicas: without them each of these is only a process or a larger log. */
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_replication_slots: '0',
  max_logical_replication_workers: '0',
  log_checkpoints: 'off',
  /** The log is a pipe to Node: a collector would turn it into files that grow. */
  logging_collector: 'off',
  log_destination: 'stderr',
} as const;

const KEPT_BYTES = String(16 * 1024 * 1024);

/**
 * For glibc, read at the start of the process (mallopt(3)): what a statement of a megabyte has used is
 * kept for the next one, up to so much per connection. Otherwise it goes back to the kernel each time
 * and comes again page by page, which is a tenth of what storing telemetry costs PostgreSQL.
 */
export const SERVER_MEMORY = {
  MALLOC_MMAP_THRESHOLD_: KEPT_BYTES,
  MALLOC_TRIM_THRESHOLD_: KEPT_BYTES,
} as const;
