export * from './data-source.js';
export * from './migrations/index.js';
export * from './typeorm.outbox.js';
