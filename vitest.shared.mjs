/** Settings that every Vitest run of the workspace shares: our own packages are resolved to their sources, nothing is built. */
const conditions = ['@usher/source', 'module', 'node', 'development|production'];

export const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['src/**/*.spec.ts'],
    // Files share their modules: loading them anew for each was three quarters of the time. A file that replaces a module must be
    // isolated by its project. Type tests (`*.spec-d.ts`) are no runs but compilations, and the typecheck target's.
    isolate: false,
    restoreMocks: true,
    // The JSON is what `npm test` adds up at its end.
    reporters: ['default', ['json', { outputFile: 'test-results/unit.json' }]],
  },
};
