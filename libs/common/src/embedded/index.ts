export {
  startEmbeddedPostgres,
  stopLeftBehindPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded-postgres.js';
// What starting any other server on this machine needs, too.
export { poll, settlesWithin } from './deadline.js';
export { makeFolder } from './folders.js';
export { LOOPBACK } from './port.js';
export { claimOwnership, type Ownership } from './owner.js';
export { startOf } from './process-facts.js';
export { codeOf, ignoring } from './system-fault.js';
