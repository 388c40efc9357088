export * from './check-redis.js';
export * from './outage.js';
export * from './redis-clients.js';
export * from './redis-outbox.scripts.js';
export * from './redis-script.js';
export * from './redis.outbox.js';
