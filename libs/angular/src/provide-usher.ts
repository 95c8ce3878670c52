import { type EnvironmentProviders, makeEnvironmentProviders } from '@angular/core';
import { type UsherOptions, USHER_OPTIONS } from './options.ts';
import { createUsher, USHER } from './usher.ts';

/**
 * Provides the app's socket for `injectUsher()`, and its API to `usherBearer`. Nothing is made before somebody injects it, and
 * nothing is dialled before `start()`.
 *
 * @param options or a function that gives them, called once, in an injection context
 */
export function provideUsher(options: UsherOptions | (() => UsherOptions)): EnvironmentProviders {
  return makeEnvironmentProviders([
    {
      provide: USHER_OPTIONS,
      useFactory: () => ({ api: '/api', ...(typeof options === 'function' ? options() : options) }),
    },
    { provide: USHER, useFactory: createUsher },
  ]);
}
