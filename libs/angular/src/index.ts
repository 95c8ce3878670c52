export { usherBearer } from './bearer-interceptor.ts';
export type { UsherOptions } from './options.ts';
export { injectUsher, provideUsher, type Usher, type UsherRoom } from './usher.ts';
