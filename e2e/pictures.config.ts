import config from './playwright.config.ts';

/** `npm run pictures`: takes the screenshots for the documentation; separate from the tests. */
export default { ...config, testDir: './pictures', reporter: [['list']] };
