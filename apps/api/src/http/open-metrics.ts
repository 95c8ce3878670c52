import { Counter, type Metric, type OpenMetricsContentType, Registry } from 'prom-client';

/** Whether a scraper accepts the OpenMetrics format, which contains exemplars. Prometheus asks for it if it stores them. */
export function acceptsOpenMetrics(accept: string | undefined): boolean {
  return (
    accept?.split(',').some((range) => range.trim().toLowerCase().startsWith('application/openmetrics-text')) === true
  );
}

/** Returns the metrics in the OpenMetrics format. `registry` stays in the text format of Prometheus. */
export async function openMetrics(registry: Registry): Promise<{ readonly type: string; readonly text: string }> {
  const open = new Registry<OpenMetricsContentType>();
  open.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  for (const metric of registry.getMetricsAsArray() as unknown as Metric[]) {
    open.registerMetric(metric instanceof Counter ? renamed(metric) : metric);
  }
  return { type: open.contentType, text: await open.metrics() };
}

/** Returns a view of a counter. The registry removes `_total` from its name, which must not change the counter itself. */
function renamed(counter: Counter): Counter {
  return Object.create(counter, {
    name: { value: Reflect.get(counter, 'name') as unknown, writable: true },
  }) as Counter;
}
