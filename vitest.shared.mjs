/** Settings that every Vitest run of the workspace shares: our own packages are resolved to their sources, nothing is built. */
export const shared = {
  resolve: { conditions: ['@usher/source', 'module', 'node', 'development|production'] },
  ssr: { resolve: { conditions: ['@usher/source', 'module', 'node', 'development|production'] } },
  test: {
    include: ['src/**/*.spec.ts'],
    typecheck: { enabled: true, include: ['src/**/*.spec-d.ts'], tsconfig: './tsconfig.json' },
    restoreMocks: true,
  },
};
