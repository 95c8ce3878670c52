import type { CDPSession, Page } from '@playwright/test';

/** The network activity of the browser in one run: requests, socket events and frames, with their times in ms. */
export interface TimelineEvent {
  readonly what: string;
  readonly from: number;
  readonly to: number | undefined;
}

/** Records the network activity of a page. All times are relative to the last call of `start`. */
export class Timeline {
  #events = new Map<string, { what: string; from: number; to: number | undefined }>();
  #origin: number | undefined;

  static async attach(page: Page): Promise<{ timeline: Timeline; devtools: CDPSession }> {
    const devtools = await page.context().newCDPSession(page);
    const timeline = new Timeline();
    await devtools.send('Network.enable');
    devtools.on('Network.requestWillBeSent', ({ requestId, request, timestamp }) => {
      timeline.#add(requestId, `${request.method} ${pathOf(request.url)}`, timestamp);
    });
    devtools.on('Network.loadingFinished', ({ requestId, timestamp, encodedDataLength }) => {
      timeline.#end(requestId, timestamp, ` (${encodedDataLength} bytes)`);
    });
    devtools.on('Network.requestServedFromCache', ({ requestId }) => {
      const event = timeline.#events.get(requestId);
      if (event) event.what += ' from cache';
    });
    devtools.on('Network.webSocketWillSendHandshakeRequest', ({ requestId, timestamp }) => {
      timeline.#add(requestId, 'WebSocket handshake', timestamp);
    });
    devtools.on('Network.webSocketHandshakeResponseReceived', ({ requestId, timestamp }) => {
      timeline.#end(requestId, timestamp);
    });
    devtools.on('Network.webSocketFrameSent', ({ timestamp, response }) => {
      timeline.#frame(response.payloadData, '→', timestamp);
    });
    devtools.on('Network.webSocketFrameReceived', ({ timestamp, response }) => {
      timeline.#frame(response.payloadData, '←', timestamp);
    });
    return { timeline, devtools };
  }

  /** Clears the timeline. The next event is the new origin of all times. */
  start(): void {
    this.#events.clear();
    this.#origin = undefined;
  }

  /** In order of start. */
  get events(): TimelineEvent[] {
    return [...this.#events.values()].map((event) => ({ ...event }));
  }

  #frame(payload: string, direction: string, timestamp: number): void {
    const { type, room } = JSON.parse(payload) as { readonly type?: string; readonly room?: string };
    this.#add(`frame ${this.#events.size}`, `  ${direction} ${[type, room].filter(Boolean).join(' ')}`, timestamp);
  }

  #add(id: string, what: string, timestamp: number): void {
    this.#origin ??= timestamp;
    this.#events.set(id, { what, from: this.#since(timestamp), to: undefined });
  }

  #end(id: string, timestamp: number, more = ''): void {
    const event = this.#events.get(id);
    if (event === undefined) return;
    event.to = this.#since(timestamp);
    event.what += more;
  }

  #since(timestamp: number): number {
    return Math.round((timestamp - (this.#origin ?? timestamp)) * 1000);
  }
}

/** Without the query, which contains a ticket. */
function pathOf(url: string): string {
  return url.startsWith('data:') ? 'data:' : new URL(url).pathname;
}

/** Returns the lines of a waterfall, one per event. */
export function waterfall(events: readonly TimelineEvent[]): string {
  return events.map(({ what, from, to }) => `    ${columns(from)} ${columns(to)}  ${what}\n`).join('');
}

function columns(ms: number | undefined): string {
  return (ms === undefined ? '' : String(ms)).padStart(6);
}
