export { inOne, type Parameter } from './bind-message.js';
export * from './data-source.js';
export * from './migrations/index.js';
export * from './prepared-statement.js';
export * from './typeorm.outbox.js';
