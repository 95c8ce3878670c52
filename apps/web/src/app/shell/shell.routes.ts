import type { Routes } from '@angular/router';
import { texts } from '../texts.ts';
import { Shell } from './shell.ts';

export const shellRoutes: Routes = [
  {
    path: '',
    component: Shell,
    children: [
      {
        path: '',
        pathMatch: 'full',
        title: texts.titles.rooms,
        loadComponent: async () => (await import('../rooms/no-room-page.ts')).NoRoomPage,
      },
      {
        path: 'rooms/:room',
        loadComponent: async () => (await import('../rooms/room-page.ts')).RoomPage,
      },
      {
        path: 'search',
        title: texts.titles.search,
        loadComponent: async () => (await import('../search/search-page.ts')).SearchPage,
      },
      {
        path: 'connection',
        title: texts.titles.connection,
        loadComponent: async () => (await import('../connection/connection-page.ts')).ConnectionPage,
      },
      {
        path: 'settings',
        title: texts.titles.settings,
        loadComponent: async () => (await import('../settings/settings-page.ts')).SettingsPage,
      },
      {
        path: '**',
        title: texts.titles.notFound,
        loadComponent: async () => (await import('./not-found-page.ts')).NotFoundPage,
      },
    ],
  },
];
