import { texts } from '../texts.ts';

/** "3.2 ms", "48 ms". */
export function milliseconds(ms: number): string {
  return texts.connection.milliseconds(ms);
}
