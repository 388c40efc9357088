export * from './check-redis.js';
export * from './outage.js';
export * from './redis-clients.js';
