import 'reflect-metadata';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  Body,
  type CanActivate,
  Controller,
  type DynamicModule,
  type ExecutionContext,
  Get,
  HttpCode,
  Inject,
  Injectable,
  type INestApplication,
  Module,
  Post,
  type Type,
} from '@nestjs/common';
import { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { sendHandshake } from '@usher/ticket/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type NestUsherOptions, UsherModule, UsherService } from './nest.ts';
import { allowedOrigin, openSocket, ownsUpgradesContract } from './testing.ts';

// The decorators are called as functions: the test runner does not transform them.
class AppController {
  plain(): string {
    return 'plain';
  }

  echo(body: unknown): unknown {
    return body;
  }
}
function route(name: 'plain' | 'echo', ...decorators: MethodDecorator[]): void {
  const method = Object.getOwnPropertyDescriptor(AppController.prototype, name);
  for (const decorate of decorators) if (method !== undefined) decorate(AppController.prototype, name, method);
}
route('plain', Get('plain'));
route('echo', Post('echo'), HttpCode(200));
Body()(AppController.prototype, 'echo', 0);
Controller()(AppController);

const platforms = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
] as const;

async function start(
  usherModule: DynamicModule,
  newAdapter: () => ExpressAdapter | FastifyAdapter,
  setUp?: (app: INestApplication) => void,
) {
  class AppModule {
    readonly name = 'app';
  }
  Module({ imports: [usherModule], controllers: [AppController] })(AppModule as Type);
  const nestOptions = Object.assign(new NestApplicationContextOptions(), { logger: false, abortOnError: false });
  const app = await NestFactory.create(AppModule, newAdapter(), nestOptions);
  setUp?.(app);
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  const service: UsherService = app.get(UsherService);
  return { app, port, usher: service.usher, close: () => app.close() };
}

for (const [platform, newAdapter] of platforms) {
  ownsUpgradesContract(`NestJS on ${platform}`, ({ authenticateBy, ...options }) =>
    start(UsherModule.forRoot({ ...options, authenticate: ({ headers }) => authenticateBy(headers) }), newAdapter),
  );
}

/** Signs in `Bearer <name>`, with a dependency of its own. */
class Names {
  readonly known = new Set(['lisa']);
}
Injectable()(Names);
class BearerGuard implements CanActivate {
  readonly #names: Names;

  constructor(names: Names) {
    this.#names = names;
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string>; user?: unknown }>();
    const name = request.headers['authorization']?.replace('Bearer ', '');
    if (name === undefined || !this.#names.known.has(name)) return false;
    request.user = { sub: name, sid: `session of ${name}` };
    return true;
  }
}
Inject(Names)(BearerGuard, undefined, 0);
Injectable()(BearerGuard);
class NamesModule {
  readonly name = 'names';
}
Module({ providers: [Names], exports: [Names] })(NamesModule);

const asLisa = { authorization: 'Bearer lisa' };

describe.each(platforms)('with guards on %s', (_platform, newAdapter) => {
  const settings = { guards: [BearerGuard], imports: [NamesModule] };
  const options: NestUsherOptions = { allowedOrigins: [allowedOrigin], rooms: ['general'] };

  test('a guard authenticates the ticket call, and its dependencies are injected', async () => {
    const server = await start(UsherModule.forRoot({ ...options, ...settings }), newAdapter);
    onTestFinished(server.close);
    const call = (init: RequestInit) => fetch(`http://127.0.0.1:${server.port}/api/ws_ticket`, init);
    const { ticket } = (await (await call({ headers: asLisa })).json()) as { ticket: string };
    expect((await openSocket(server, `ticket=${ticket}`)).welcome).toMatchObject({ user: 'lisa' });
    expect((await call({ headers: { authorization: 'Bearer bart' } })).status).toBe(403);
    expect((await call({ method: 'HEAD', headers: asLisa })).status).toBe(404);
    // A browser sends the preflight without the token.
    const preflight = { origin: allowedOrigin, 'access-control-request-method': 'GET' };
    expect((await call({ method: 'OPTIONS', headers: preflight })).status).toBe(204);
  });

  test('forRootAsync injects what the options need, below a global prefix', async () => {
    const asyncOptions = {
      ...settings,
      ticketPath: '/ws_ticket',
      inject: [Names],
      useFactory: ({ known }: Names) => ({ ...options, rooms: [...known] }),
    };
    const server = await start(UsherModule.forRootAsync(asyncOptions), newAdapter, (app) => app.setGlobalPrefix('api'));
    onTestFinished(server.close);
    const response = await fetch(`http://127.0.0.1:${server.port}/api/ws_ticket`, { headers: asLisa });
    expect(response.status).toBe(200);
    expect(await (await fetch(`http://127.0.0.1:${server.port}/api/plain`)).text()).toBe('plain');
  });

  test('an invalid option stops the start and is named', async () => {
    const wrong = UsherModule.forRoot({ allowedOrigins: ['*'], rooms: ['general'] });
    await expect(start(wrong, newAdapter)).rejects.toThrow('invalid allowed origin "*"');
  });
});

test('on Express, X-Forwarded-For names the client as the setting "trust proxy" says', async () => {
  const addresses: (string | undefined)[] = [];
  const usherModule = UsherModule.forRoot({
    allowedOrigins: [],
    rooms: ['general'],
    hooks: { onHandshake: ({ address }) => addresses.push(address) },
  });
  const server = await start(
    usherModule,
    () => new ExpressAdapter(),
    (app) => {
      (app as NestExpressApplication).set('trust proxy', 1);
    },
  );
  onTestFinished(server.close);
  await sendHandshake(server.port, '/api/ws', { headers: { 'x-forwarded-for': '203.0.113.7' } });
  expect(addresses).toEqual(['203.0.113.7']);
});
