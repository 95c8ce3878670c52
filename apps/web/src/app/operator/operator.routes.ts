import type { Routes } from '@angular/router';
import { consoleTexts } from '../texts/operator.ts';
import { isAdmin } from './admin-guard.ts';
import { ConsoleShell } from './console-shell.ts';

const { titles } = consoleTexts;

export const operatorRoutes: Routes = [
  {
    path: '',
    component: ConsoleShell,
    canActivate: [isAdmin],
    children: [
      {
        path: '',
        pathMatch: 'full',
        title: titles.overview,
        loadComponent: async () => (await import('./overview/overview-page.ts')).OverviewPage,
      },
      {
        path: 'refusals',
        title: titles.refusals,
        loadComponent: async () => (await import('./refusals/refusals-page.ts')).RefusalsPage,
      },
      {
        path: 'receipts',
        title: titles.receipts,
        loadComponent: async () => (await import('./receipts/receipts-page.ts')).ReceiptsPage,
      },
      {
        path: 'connections',
        title: titles.connections,
        loadComponent: async () => (await import('./connections/connections-page.ts')).ConnectionsPage,
      },
      {
        path: 'connections/:connection',
        title: titles.connections,
        loadComponent: async () => (await import('./connections/connection-detail-page.ts')).ConnectionDetailPage,
      },
      {
        path: 'users',
        title: titles.users,
        loadComponent: async () => (await import('./users/users-page.ts')).UsersPage,
      },
      {
        path: 'users/:user',
        title: titles.users,
        loadComponent: async () => (await import('./users/user-page.ts')).UserPage,
      },
      {
        path: 'rooms',
        title: titles.rooms,
        loadComponent: async () => (await import('./rooms/rooms-page.ts')).RoomsPage,
      },
      {
        path: 'keys',
        title: titles.keys,
        loadComponent: async () => (await import('./keys/keys-page.ts')).KeysPage,
      },
      {
        path: 'nodes',
        title: titles.nodes,
        loadComponent: async () => (await import('./nodes/nodes-page.ts')).NodesPage,
      },
      {
        path: 'audit',
        title: titles.audit,
        loadComponent: async () => (await import('./audit/audit-page.ts')).AuditPage,
      },
      { path: '**', redirectTo: '' },
    ],
  },
];
