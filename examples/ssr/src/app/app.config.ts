import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { type ApplicationConfig, inject, provideBrowserGlobalErrorListeners } from '@angular/core';
import { provideClientHydration } from '@angular/platform-browser';
import { provideUsher, usherBearer } from '@usher/angular';
import { Session } from './session';

export const appConfig: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    provideClientHydration(),
    provideHttpClient(withInterceptors([usherBearer])),
    provideUsher(() => {
      const { token } = inject(Session);
      return { token, onSignedOut: () => token.set(undefined) };
    }),
  ],
};
