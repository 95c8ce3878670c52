import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { type ApplicationConfig, inject, provideBrowserGlobalErrorListeners } from '@angular/core';
import { provideUsher, usherBearer } from '@usher/angular';
import { Session } from './session';

export const appConfig: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    provideHttpClient(withInterceptors([usherBearer])),
    provideUsher(() => {
      const { token } = inject(Session);
      return { token, onSignedOut: () => token.set(undefined) };
    }),
  ],
};
