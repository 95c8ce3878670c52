import { OutboxFull } from '@usher/client/rooms';
import { expect, test } from 'vitest';
import { composerTexts } from '../texts/room.ts';
import { writeErrorText } from './room-errors.ts';

test('an error mentions the full outbox only if the outbox is full', () => {
  expect(writeErrorText(new OutboxFull('outbox full'))).toBe(composerTexts.outboxFull);
  expect(writeErrorText(new RangeError('no such message'))).toBe(composerTexts.gone);
  expect(writeErrorText(new TypeError('a defect'))).toBe(composerTexts.failed);
});
