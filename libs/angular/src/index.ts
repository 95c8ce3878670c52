export { usherBearer } from './bearer-interceptor.ts';
export type { UsherOptions } from './options.ts';
export { provideUsher } from './provide-usher.ts';
export { injectUsher, type Usher, type UsherRoom } from './usher.ts';
