import { PostgresServer, RedisServer } from '@usher/test-servers';
import { expect, onTestFinished, test } from 'vitest';
import { Collector } from '../testing/collector.ts';
import { newApp } from '../testing/new-app.ts';
import { TestSocket } from '../testing/test-socket.ts';

test('a trace continues on other nodes: from the ticket to the handshake, and from a request to the delivery of its message', async () => {
  const [postgres, redis] = await Promise.all([PostgresServer.start(), RedisServer.start()]);
  onTestFinished(async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
  });
  const collectors = [await Collector.start(), await Collector.start()] as const;
  const env = {
    DATABASE_URL: await postgres.newDatabaseUrl(),
    REDIS_URL: `unix://${redis.socketPath}`,
    JWT_SECRET: 'the same secret on all of the nodes',
  };
  const nodes = [
    await newApp({ ...env, OTEL_EXPORTER_OTLP_ENDPOINT: collectors[0].url }),
    await newApp({ ...env, OTEL_EXPORTER_OTLP_ENDPOINT: collectors[1].url }),
  ] as const;
  const ticket = await nodes[0].ticket(await nodes[0].signIn('maggie'));
  const maggie = await nodes[1].dial(`?ticket=${ticket}`);
  if (!(maggie instanceof TestSocket)) throw new Error('the handshake was refused');
  const bart = await nodes[0].connect('bart');
  for (const member of [maggie, bart]) await member.data('join', { room: 'general' });
  await maggie.data('send', { room: 'general', key: '00000000-0000-4000-8000-000000000001', text: 'hello' });
  await bart.next('message');
  await maggie.next('message');
  for (const { app } of nodes) await app.close();

  const [here, there] = collectors;
  const handshake = there.span('GET /api/ws');
  const call = here.spans.find(({ spanId }) => spanId === handshake.parentSpanId);
  expect(call).toMatchObject({ name: 'GET /api/ws_ticket', traceId: handshake.traceId });
  const send = there.span('send');
  for (const collector of collectors) {
    expect(collector.span('deliver message')).toMatchObject({
      traceId: send.traceId,
      parentSpanId: send.spanId,
      attributes: { 'usher.members': 1 },
    });
  }
});
