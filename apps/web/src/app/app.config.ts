import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { type ApplicationConfig, inject, provideBrowserGlobalErrorListeners } from '@angular/core';
import { TitleStrategy, provideRouter, withComponentInputBinding } from '@angular/router';
import { provideUsher, usherBearer } from '@usher/angular';
import { routes } from './app.routes.ts';
import { endReasonOf } from './session/end-reason.ts';
import { Session } from './session/session.ts';
import { unauthorisedInterceptor } from './session/unauthorised-interceptor.ts';
import { PageTitle } from './ui/page-title.ts';

export const appConfig: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    provideRouter(routes, withComponentInputBinding()),
    provideHttpClient(withInterceptors([unauthorisedInterceptor, usherBearer])),
    provideUsher(() => {
      const session = inject(Session);
      return {
        token: () => session.token(),
        rooms: { user: () => session.user() ?? '' },
        onSignedOut: (reason) => {
          session.end(endReasonOf(reason.code));
        },
      };
    }),
    PageTitle,
    { provide: TitleStrategy, useExisting: PageTitle },
  ],
};
