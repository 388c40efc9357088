export * from './bus.js';
export * from './database.js';
export * from './services.config.js';
