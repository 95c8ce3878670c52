import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { openTelemetryTracing } from '@usher/server/opentelemetry';
import type { ServerTracing, TracingConfig } from './tracing.ts';

type ExportCallback = Parameters<OTLPTraceExporter['export']>[1];

/** Reports failed exports. The diagnostics of the SDK are not logged, because they can contain the headers of the exporter. */
class ReportingExporter extends OTLPTraceExporter {
  onFailed: (error: Error) => void = () => undefined;

  override export(spans: ReadableSpan[], done: ExportCallback): void {
    super.export(spans, (result) => {
      if (result.error !== undefined) this.onFailed(result.error);
      done(result);
    });
  }
}

/**
 * Exports spans in the background. At most 2,048 spans wait, and further ones are dropped, so that a collector that does not respond neither
 * delays the server nor fills its memory.
 *
 * @param endpoint base URL of the collector; `v1/traces` is appended
 */
export function exportTraces(endpoint: string, config: TracingConfig): ServerTracing {
  // Keeps the context across asynchronous calls. It is global, and a second call has no effect.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const exporter = new ReportingExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
  const provider = new TracerProvider({
    sampler: samplerOf(config),
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'usher' }))
      .merge(
        detectResources({
          detectors: [serviceInstanceIdDetector, resourceAttributesEnvDetector, serviceNameEnvDetector],
        }),
      ),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  return {
    tracing: openTelemetryTracing({ tracer: provider.getTracer('@usher/server') }),
    traceId() {
      const span = trace.getActiveSpan();
      return span?.isRecording() === true ? span.spanContext().traceId : undefined;
    },
    onExportFailed(listener) {
      exporter.onFailed = listener;
    },
    shutDown: () => provider.shutdown().catch(() => undefined),
  };
}

/** Returns the sampler of `OTEL_TRACES_SAMPLER`. */
function samplerOf({ otelTracesSampler: name, otelTracesSamplerArg: ratio }: TracingConfig): Sampler {
  const root = name.endsWith('always_off')
    ? new AlwaysOffSampler()
    : name.endsWith('always_on')
      ? new AlwaysOnSampler()
      : new TraceIdRatioBasedSampler(ratio);
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}
