import config from './playwright.config.ts';

/** `npm run pictures`: the pictures of the documents, apart from the tests. */
export default { ...config, testDir: './pictures', reporter: [['list']] };
