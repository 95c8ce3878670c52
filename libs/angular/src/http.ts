export { usherBearer } from './bearer-interceptor.ts';
export { provideUsherOptions, type UsherOptions } from './options.ts';
