import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import {
  type BeforeApplicationShutdown,
  type CanActivate,
  Controller,
  type DynamicModule,
  Get,
  Inject,
  type ModuleMetadata,
  NotFoundException,
  type OnModuleInit,
  Options,
  type Provider,
  Req,
  Res,
  type Type,
  UseGuards,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Protocol, RoomsProtocol } from '@usher/protocol';
import type { Connections, SessionRevocation } from '@usher/realtime';
import { type FrameworkGate, frameworkGate, type HttpAnswer } from '@usher/ticket/node';
import { headersFor, sendByNode } from './http/responses.ts';
import { holderOf } from './http/claims.ts';
import { clientAddress, expressTrust } from './http/client-address.ts';
import type { UsherOptions } from './options.ts';
import { compose } from './usher/compose.ts';
import type { RoomsOf, Usher } from './usher/usher.ts';

export type { Usher } from './usher/usher.ts';

/** A request of Express or Fastify. Guards may have added `user`. */
export interface NestRequest {
  readonly headers: IncomingMessage['headers'];
  readonly user?: unknown;
}

/**
 * `authenticate` defaults to the claims `sub` and `sid` of `request.user`, which a guard has set. With Express, the client's address defaults to
 * the setting `trust proxy` of the app.
 */
export type NestUsherOptions<P extends Protocol = RoomsProtocol> = Omit<
  UsherOptions<P, NestRequest>,
  'authenticate' | 'ticketPath'
> &
  Partial<Pick<UsherOptions<P, NestRequest>, 'authenticate'>>;

/** What Nest must know before it creates the options. */
export interface UsherModuleSettings {
  /** Guards of the ticket call, as of `UseGuards`. They are created in `UsherModule`: list their modules in `imports`. Defaults to none. */
  readonly guards?: readonly (Type<CanActivate> | CanActivate)[];
  /** Path of the ticket call below the app's global prefix. Defaults to `/api/ws_ticket`. */
  readonly ticketPath?: string;
  readonly imports?: ModuleMetadata['imports'];
  /** Whether other modules can inject `UsherService` without importing `UsherModule`. Defaults to `true`. */
  readonly isGlobal?: boolean;
}

export interface UsherModuleAsyncOptions<P extends Protocol = RoomsProtocol> extends UsherModuleSettings {
  /** Receives what `inject` names. */
  readonly useFactory: (...dependencies: never[]) => NestUsherOptions<P> | Promise<NestUsherOptions<P>>;
  readonly inject?: Extract<Provider, { inject?: unknown }>['inject'];
}

interface Composed {
  readonly usher: Usher<Protocol>;
  readonly form: FrameworkGate<NestRequest>;
}

const optionsToken = Symbol('options of usher');
const composedToken = Symbol('usher');

/** Tickets, gate, connections and rooms, injectable into your providers and controllers. */
export class UsherService<P extends Protocol = RoomsProtocol> {
  readonly usher: Usher<P>;

  constructor(usher: Usher<P>) {
    this.usher = usher;
  }

  get connections(): Connections<P> {
    return this.usher.connections;
  }

  get rooms(): RoomsOf<P> {
    return this.usher.rooms;
  }

  get revocation(): SessionRevocation {
    return this.usher.revocation;
  }
}

/** `UsherModule.forRoot(options)` adds the server to an application on Express or Fastify. Call `app.enableShutdownHooks()` to drain on signals. */
export class UsherModule implements OnModuleInit, BeforeApplicationShutdown {
  readonly #usher: Usher<Protocol>;
  readonly #adapterHost: HttpAdapterHost;

  constructor({ usher }: Composed, adapterHost: HttpAdapterHost) {
    this.#usher = usher;
    this.#adapterHost = adapterHost;
  }

  static forRoot<P extends Protocol = RoomsProtocol>({
    guards,
    ticketPath,
    imports,
    isGlobal,
    ...options
  }: NestUsherOptions<P> & UsherModuleSettings): DynamicModule {
    const settings = { guards, ticketPath, imports, isGlobal };
    return moduleOf(settings, { provide: optionsToken, useValue: options });
  }

  static forRootAsync<P extends Protocol = RoomsProtocol>(options: UsherModuleAsyncOptions<P>): DynamicModule {
    const { useFactory, inject = [] } = options;
    return moduleOf(options, {
      provide: optionsToken,
      useFactory: useFactory as (...dependencies: unknown[]) => unknown,
      inject,
    });
  }

  onModuleInit(): void {
    this.#usher.attach(this.#adapterHost.httpAdapter.getHttpServer() as Server);
  }

  /** Drains before Nest closes the HTTP server. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.#usher.close();
  }
}
Inject(composedToken)(UsherModule, undefined, 0);
Inject(HttpAdapterHost)(UsherModule, undefined, 1);

type Undefinable<T> = { readonly [K in keyof T]: T[K] | undefined };

function moduleOf(settings: Undefinable<UsherModuleSettings>, options: Provider): DynamicModule {
  const { guards = [], ticketPath = '/api/ws_ticket', imports = [], isGlobal = true } = settings;
  const composed: Provider = {
    provide: composedToken,
    inject: [optionsToken, HttpAdapterHost],
    useFactory: composeFor,
  };
  const service: Provider = {
    provide: UsherService,
    inject: [composedToken],
    useFactory: ({ usher }: Composed) => new UsherService(usher),
  };
  return {
    module: UsherModule,
    global: isGlobal,
    imports,
    controllers: [ticketController(ticketPath, guards), preflightController(ticketPath)],
    providers: [options, composed, service],
    exports: [UsherService],
  };
}

function composeFor(options: NestUsherOptions<Protocol>, { httpAdapter }: HttpAdapterHost): Promise<Composed> {
  // Nest's type does not say that an application context without a server has no adapter.
  if ((httpAdapter as unknown) === undefined)
    throw new Error('UsherModule requires an HTTP application: create it with NestFactory.create');
  const instance = httpAdapter.getInstance<{ get(setting: string): unknown }>();
  const isExpress = httpAdapter.getType() === 'express';
  const complete: UsherOptions<Protocol, NestRequest> = {
    authenticate: ({ user }) => holderOf(user),
    ...(isExpress && options.trustProxy === undefined ? { address: clientAddress(expressTrust(instance)) } : {}),
    ...options,
  };
  return compose(complete, frameworkGate);
}

/** A reply of Fastify, as far as it is needed. */
interface Reply {
  hasHeader(name: string): boolean;
  header(name: string, value: string): unknown;
  code(status: number): { send(body: string | undefined): unknown };
}

type Response = ServerResponse | Reply;

function rawOf(request: IncomingMessage | { readonly raw: IncomingMessage }): IncomingMessage {
  return 'raw' in request ? request.raw : request;
}

function send(response: Response, result: HttpAnswer): void {
  if (!('code' in response)) {
    sendByNode(response, result);
    return;
  }
  for (const [name, value] of headersFor(result, (set) => response.hasHeader(set))) response.header(name, value);
  response.code(result.status).send(result.body);
}

/** The type of a request that Nest passes: of Express, or of Fastify. */
type AnyRequest = NestRequest & (IncomingMessage | { readonly raw: IncomingMessage });

/**
 * Creates the controller of the ticket call. Its decorators are called as functions, because Node runs the sources of this library and does not
 * support decorators.
 */
function ticketController(path: string, guards: readonly (Type<CanActivate> | CanActivate)[]): Type {
  class TicketController {
    readonly #form: Composed['form'];

    constructor({ form }: Composed) {
      this.#form = form;
    }

    async handle(request: AnyRequest, response: Response): Promise<void> {
      const raw = rawOf(request);
      // Both platforms pass HEAD requests to the handlers of GET, which would issue a ticket and not return it.
      if (raw.method !== 'GET') throw new NotFoundException();
      await this.#form.answer(request, raw, (result) => {
        send(response, result);
      });
    }
  }
  return decorated(TicketController, Get(path), guards);
}

/** The preflight carries no credentials, so guards do not apply to it. */
function preflightController(path: string): Type {
  class PreflightController {
    readonly #form: Composed['form'];

    constructor({ form }: Composed) {
      this.#form = form;
    }

    handle(request: AnyRequest, response: Response): void {
      const preflight = this.#form.preflight(rawOf(request));
      if (preflight === undefined) throw new NotFoundException();
      send(response, preflight);
    }
  }
  return decorated(PreflightController, Options(path), []);
}

function decorated(
  controller: Type<{ handle(request: AnyRequest, response: Response): unknown }>,
  route: MethodDecorator,
  guards: readonly (Type<CanActivate> | CanActivate)[],
): Type {
  const { prototype } = controller as unknown as { readonly prototype: object };
  const method = Object.getOwnPropertyDescriptor(prototype, 'handle');
  if (method === undefined) throw new Error('the controller has no method "handle"');
  Req()(prototype, 'handle', 0);
  Res()(prototype, 'handle', 1);
  route(prototype, 'handle', method);
  UseGuards(...guards)(controller);
  Controller()(controller);
  Inject(composedToken)(controller, undefined, 0);
  return controller;
}
