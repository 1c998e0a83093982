import config from './jest.config.js';

/** Tests that take minutes: histories under random faults, a rollout under load, clones. One at a time. */
export default {
  ...config,
  testMatch: ['<rootDir>/{apps,libs,test,tools}/**/*.long.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
};
