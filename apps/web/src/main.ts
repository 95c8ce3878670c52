import { bootstrapApplication } from '@angular/platform-browser';
import { App } from './app/app.ts';
import { appConfig } from './app/app.config.ts';

// There is no page that could say it: what keeps the app from starting belongs in the browser's console.
bootstrapApplication(App, appConfig).catch((error: unknown) => {
  reportError(error);
});
