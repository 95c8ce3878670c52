import { checkAccess } from './access-checks.ts';
import { checkDelivery } from './delivery-checks.ts';
import type { History, Rule, StoredMessage, Violation } from './record.ts';

/** Proves from a history that the rules hold. Returns every violation. */
export function check(history: History): Violation[] {
  return [...checkStorage(history), ...checkDelivery(history), ...checkAccess(history)];
}

function* checkStorage({ events, rooms }: History): Iterable<Violation> {
  for (const [room, stored] of rooms) yield* checkSequence(room, stored);
  const byKey = new Map<string, StoredMessage[]>();
  for (const [room, stored] of rooms) {
    for (const message of stored) {
      const key = `${room} ${message.from} ${message.key}`;
      byKey.set(key, [...(byKey.get(key) ?? []), message]);
    }
  }
  const rule: Rule = 'an acknowledged message is stored exactly once';
  const keys = new Map<number, string>();
  for (const event of events) {
    if (event.type !== 'write') continue;
    if (event.phase === 'invoke') {
      keys.set(event.op, `${event.room} ${event.user} ${event.key}`);
      continue;
    }
    const found = byKey.get(keys.get(event.op) ?? '') ?? [];
    if (event.phase === 'ok' && (found.length !== 1 || found[0]?.seq !== event.seq)) {
      const seqs = found.map(({ seq }) => seq).join();
      yield { rule, text: `operation ${event.op} was acknowledged as ${event.seq} and is stored as [${seqs}]` };
    } else if (event.phase === 'fail' && found.length > 0) {
      yield { rule, text: `operation ${event.op} was rejected with ${event.code} and is stored` };
    }
  }
}

function* checkSequence(room: string, stored: readonly StoredMessage[]): Iterable<Violation> {
  for (const [index, { seq }] of stored.entries()) {
    if (seq === index + 1) continue;
    yield {
      rule: 'the sequence of a room is contiguous',
      text: `${room} has ${seq} in place of ${index + 1}`,
    };
    return;
  }
}
