import { OutboxFull } from '@usher/client/rooms';
import { expect, test } from 'vitest';
import { composerTexts } from '../texts/room.ts';
import { writeTrouble } from './room-trouble.ts';

test('an error mentions the full outbox only if the outbox is full', () => {
  expect(writeTrouble(new OutboxFull('outbox full'))).toBe(composerTexts.outboxFull);
  expect(writeTrouble(new RangeError('no such message'))).toBe(composerTexts.gone);
  expect(writeTrouble(new TypeError('a defect'))).toBe(composerTexts.failed);
});
