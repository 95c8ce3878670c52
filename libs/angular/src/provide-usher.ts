import { type EnvironmentProviders, makeEnvironmentProviders } from '@angular/core';
import { type UsherOptions, USHER_OPTIONS } from './options.ts';
import { createUsher, USHER } from './usher.ts';

/**
 * Provides the socket for `injectUsher()` and the options of `usherBearer`. The socket is created when it is first injected and
 * connects at `start()`.
 *
 * @param options the options, or a function that returns them; it is called once, in an injection context
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
