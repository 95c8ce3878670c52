export { usherBearer } from './bearer-interceptor.ts';
export { provideUsherOptions, type UsherOptions } from './options.ts';
export { injectUsher, provideUsher, provideUsherSocket, type Usher, type UsherRoom } from './usher.ts';
