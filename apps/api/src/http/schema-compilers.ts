import type SerializerSelector from '@fastify/fast-json-stringify-compiler';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifySchema, FastifySchemaCompiler, FastifyServerOptions } from 'fastify';
import { createRequire } from 'node:module';

type CompilersFactory = NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>;
type SerializerFactory = NonNullable<CompilersFactory['buildSerializer']>;

/**
 * The compilers of request validators and response serializers: TypeBox validates, fast-json-stringify serializes.
 *
 * A schema is compiled at its first use, because the compilation of all schemas takes longer than the rest of the start. With `isEager`, Fastify
 * compiles all of them when the app becomes ready, and rejects an invalid one.
 */
export function schemaCompilers(isEager: boolean): CompilersFactory {
  return {
    // `setValidators` replaces it. Without it Fastify would load Ajv.
    buildValidator: () => {
      throw new Error('no validator compiler is set');
    },
    buildSerializer: isEager ? buildSerializer : buildLazySerializer,
  };
}

/** Sets the validators of an app that was created with `schemaCompilers`. Call it before routes are registered. */
export function setValidators(app: FastifyInstance, isEager: boolean): void {
  app.setValidatorCompiler(isEager ? TypeBoxValidatorCompiler : lazyValidator);
}

const lazyValidator: FastifySchemaCompiler<FastifySchema> = (route) => {
  const validate = once(() => TypeBoxValidatorCompiler(route));
  return (data) => validate()(data);
};

const require = createRequire(import.meta.url);

/** Loads the package at the first use. */
const buildSerializer: SerializerFactory = (schemas, options) => {
  const select = require('@fastify/fast-json-stringify-compiler') as typeof SerializerSelector;
  return select()(schemas, options);
};

const buildLazySerializer: SerializerFactory = (schemas, options) => {
  const compile = once(() => buildSerializer(schemas, options));
  return (route) => {
    const serialize = once(() => compile()(route));
    return (data) => serialize()(data);
  };
};

function once<T>(create: () => T): () => T {
  let value: { readonly of: T } | undefined;
  return () => (value ??= { of: create() }).of;
}
