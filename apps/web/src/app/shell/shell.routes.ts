import type { Routes } from '@angular/router';
import { provideUsherSocket } from '@usher/angular';
import { titleTexts } from '../texts/shell.ts';
import { Shell } from './shell.ts';

export const shellRoutes: Routes = [
  {
    path: '',
    component: Shell,
    providers: [provideUsherSocket()],
    children: [
      {
        path: '',
        pathMatch: 'full',
        title: titleTexts.rooms,
        loadComponent: async () => (await import('../rooms/no-room-page.ts')).NoRoomPage,
      },
      {
        path: 'rooms/:room',
        loadComponent: async () => (await import('../rooms/room-page.ts')).RoomPage,
      },
      {
        path: 'search',
        title: titleTexts.search,
        loadComponent: async () => (await import('../search/search-page.ts')).SearchPage,
      },
      {
        path: 'connection',
        title: titleTexts.connection,
        loadComponent: async () => (await import('../connection/connection-page.ts')).ConnectionPage,
      },
      {
        path: 'settings',
        title: titleTexts.settings,
        loadComponent: async () => (await import('../settings/settings-page.ts')).SettingsPage,
      },
      {
        path: '**',
        title: titleTexts.notFound,
        loadComponent: async () => (await import('./not-found-page.ts')).NotFoundPage,
      },
    ],
  },
];
