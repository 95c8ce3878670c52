/**
 * A schema, reduced to its types, so that clients need no schema library. `defineProtocol` accepts schemas of TypeBox and every library
 * that implements Standard Schema.
 *
 * @typeParam Output what the receiver gets
 * @typeParam Input what the sender passes; differs from `Output` only if the schema transforms values
 */
export interface Schema<Output = unknown, Input = Output> {
  /** Exists only in the type. */
  readonly '~types'?: { readonly output: Output; readonly input: Input };
}

export type OutputOf<S> = S extends Schema<infer Output, unknown> ? Output : never;
export type InputOf<S> = S extends Schema<unknown, infer Input> ? Input : never;

/** The part of Standard Schema (https://standardschema.dev, version 1) that this library uses. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
  };
}

export type StandardResult<Output = unknown> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}
