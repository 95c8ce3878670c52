import { availableParallelism } from 'node:os';

/** Settings shared by every Vitest run of the workspace. Workspace packages are resolved to their sources, so no build is required. */
const conditions = ['@usher/source', 'module', 'node', 'development|production'];

export const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['src/**/*.spec.ts'],
    // Test files share modules, because reloading them per file took 75 % of the time. A project whose tests mock modules must enable
    // isolation. Type tests (`*.spec-d.ts`) belong to the typecheck target.
    isolate: false,
    // Most tests wait for servers and timers. Vitest's default is one worker on two cores, which leaves them idle half of the time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    restoreMocks: true,
    // `npm test` reads the JSON for its total.
    reporters: ['default', ['json', { outputFile: 'test-results/unit.json' }]],
  },
};
