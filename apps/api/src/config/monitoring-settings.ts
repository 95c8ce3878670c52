import { Type } from 'typebox';
import { flag, integer, oneOf, options } from './setting-kinds.ts';

/** Records for operators, metrics, traces and the log. */
export const monitoringSettings = {
  REFUSALS_KEPT: integer(
    20_000,
    100,
    1_000_000,
    'rejected sign-ins, ticket calls and handshakes that each node keeps in memory for operators, at most 1 kB each',
  ),
  RECEIPTS_KEPT: integer(
    20_000,
    100,
    1_000_000,
    'granted ticket calls that each node keeps in memory for operators, for a day and about 100 bytes each',
  ),
  METRICS_TOKEN: Type.Optional(
    Type.String(
      options({
        description:
          '8 to 256 visible ASCII characters; without it, `/metrics` responds only to a direct peer on loopback that names a loopback host',
        constraint: 'must be 8 to 256 visible ASCII characters',
        secret: true,
        pattern: '^[\\x21-\\x7e]{8,256}$',
      }),
    ),
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
    Type.Refine(
      Type.String(
        options({
          description:
            'base URL of an OpenTelemetry collector that receives [traces](operations.md#traces) over OTLP/HTTP, such as `http://127.0.0.1:4318`',
          computedDefault: 'no traces',
          constraint: 'must be an http or https URL',
          secret: true,
        }),
      ),
      (value) => /^https?:\/\//.test(value) && URL.canParse(value),
    ),
  ),
  OTEL_SDK_DISABLED: flag('exports no traces'),
  OTEL_TRACES_SAMPLER: oneOf(
    [
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ],
    'parentbased_always_on',
    'which traces are exported: one of the [samplers of OpenTelemetry](https://opentelemetry.io/docs/languages/sdk-configuration/general/#otel_traces_sampler)',
  ),
  OTEL_TRACES_SAMPLER_ARG: Type.Number(
    options({
      default: 1,
      minimum: 0,
      maximum: 1,
      description: '0 to 1: the share of traces that a `traceidratio` sampler exports',
      constraint: 'must be a number between 0 and 1',
      parse: (text) => (/^\d(?:\.\d{1,10})?$/.test(text) ? Number(text) : text),
    }),
  ),
  LOG_LEVEL: oneOf(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    'info',
    '`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`',
  ),
};
