import config from './playwright.config.ts';

/** `npm run lighthouse`: one page after the other, since what is measured is time. */
export default { ...config, testDir: './lighthouse', workers: 1, timeout: 600_000, reporter: [['list']] };
