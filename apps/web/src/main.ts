import { bootstrapApplication } from '@angular/platform-browser';
import { App } from './app/app.ts';
import { appConfig } from './app/app.config.ts';

// No page exists yet that could show the error, so it is logged to the console.
bootstrapApplication(App, appConfig).catch((error: unknown) => {
  reportError(error);
});
