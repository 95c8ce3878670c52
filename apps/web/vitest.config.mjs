/** What `ng test` does not say by itself; everything else stands in angular.json. */
export default { test: { restoreMocks: true } };
