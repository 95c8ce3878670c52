/** Options that `ng test` does not set. All others are in angular.json. */
export default { test: { restoreMocks: true } };
