import type { Tracing } from '@usher/server/opentelemetry';
import type { Config } from '../config/config.ts';

export type TracingConfig = Pick<
  Config,
  'otelExporterOtlpEndpoint' | 'otelSdkDisabled' | 'otelTracesSampler' | 'otelTracesSamplerArg'
>;

/** The traces of this server. */
export interface ServerTracing {
  /** The option `tracing` of the libraries. */
  readonly tracing: Tracing;
  /** Returns the id of the active trace, or `undefined` if there is none or it is not exported. */
  readonly traceId: () => string | undefined;
  /** Sets the function that is called with each failed export. */
  readonly onExportFailed: (listener: (error: Error) => void) => void;
  /** Exports the remaining spans. May take as long as the collector, so the caller limits the time. Never rejects. */
  readonly shutDown: () => Promise<void>;
}

/**
 * Starts to export spans as OTLP/HTTP (JSON) if `OTEL_EXPORTER_OTLP_ENDPOINT` is set. OpenTelemetry is loaded only then. It reads further
 * variables from the environment, such as `OTEL_EXPORTER_OTLP_HEADERS` and `OTEL_SERVICE_NAME`.
 */
export async function startTracing(config: TracingConfig): Promise<ServerTracing | undefined> {
  const { otelExporterOtlpEndpoint: endpoint, otelSdkDisabled } = config;
  if (endpoint === undefined || otelSdkDisabled) return undefined;
  const { exportTraces } = await import('./export-traces.ts');
  return exportTraces(endpoint, config);
}
