import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

interface OtlpAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** A span in the JSON encoding of OTLP. */
interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly OtlpAttribute[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code?: number; readonly message?: string };
}

interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

/** An exported span with plain attributes. */
export interface CollectedSpan extends Omit<OtlpSpan, 'attributes'> {
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** An OTLP/HTTP receiver on 127.0.0.1. */
export class Collector {
  readonly url: string;
  readonly spans: CollectedSpan[] = [];
  /** The bodies of all requests. */
  readonly bodies: string[] = [];
  readonly resource: Record<string, unknown> = {};

  private constructor(url: string) {
    this.url = url;
  }

  /**
   * The receiver is closed after the test.
   * @param hangs whether it reads requests and never responds
   * @param status of its responses
   */
  static async start({ hangs = false, status = 200 } = {}): Promise<Collector> {
    const server: Server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        collector.bodies.push(body);
        if (request.url === '/v1/traces') collector.#add(JSON.parse(body) as OtlpRequest);
        if (hangs) return;
        response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const collector = new Collector(`http://127.0.0.1:${port}`);
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return collector;
  }

  /** Returns the only span with this name and these attributes. */
  span(name: string, attributes: Readonly<Record<string, unknown>> = {}): CollectedSpan {
    const found = this.spans.filter(
      (span) =>
        span.name === name && Object.entries(attributes).every(([key, value]) => span.attributes[key] === value),
    );
    const [span] = found;
    if (span === undefined || found.length > 1) {
      throw new Error(
        `${found.length} spans are named ${name}, of ${this.spans.map((other) => other.name).join(', ')}`,
      );
    }
    return span;
  }

  #add({ resourceSpans }: OtlpRequest): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      Object.assign(this.resource, plain(resource.attributes));
      for (const { spans } of scopeSpans) {
        for (const span of spans) this.spans.push({ ...span, attributes: plain(span.attributes) });
      }
    }
  }
}

function plain(attributes: readonly OtlpAttribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
