import config from './playwright.config.ts';

/** `npm run lighthouse`: one page at a time, because it measures time. */
export default { ...config, testDir: './lighthouse', workers: 1, timeout: 600_000, reporter: [['list']] };
