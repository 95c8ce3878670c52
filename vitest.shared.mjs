/** Settings that every Vitest run of the workspace shares: our own packages are resolved to their sources, nothing is built. */
const conditions = ['@usher/source', 'module', 'node', 'development|production'];

export const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['src/**/*.spec.ts'],
    typecheck: { enabled: true, include: ['src/**/*.spec-d.ts'], tsconfig: './tsconfig.json' },
    restoreMocks: true,
    // The JSON is what `npm test` adds up at its end.
    reporters: ['default', ['json', { outputFile: 'test-results/unit.json' }]],
  },
};
