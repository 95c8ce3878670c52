import config from './playwright.config.ts';

/** `npm run measure:page-load`: one page at a time, because it measures time. */
export default { ...config, testDir: './page-load', workers: 1, timeout: 600_000, reporter: [['list']] };
