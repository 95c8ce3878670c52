import { codePoints } from './code-points.ts';

/** What fingers run along. Each goes round: after its end it begins anew. */
const runs = [
  '0123456789',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl',
  'zxcvbnm',
];

/**
 * Whether a text is one character repeated, or goes up or down an alphabet, the digits or a row of a keyboard, in any case. One of
 * a single character, or of none, does.
 */
export function isPlainSequence(text: string): boolean {
  const lower = text.toLowerCase();
  const points = codePoints(lower).map((point) => point.codePointAt(0) ?? 0);
  const [first, second] = points;
  if (first === undefined || second === undefined) return true;
  const step = second - first;
  if (Math.abs(step) <= 1 && points.every((point, index) => point === first + index * step)) return true;
  const backwards = String.fromCodePoint(...points.toReversed());
  return runs.some((run) => {
    const round = run.repeat(Math.ceil(lower.length / run.length) + 1);
    return round.includes(lower) || round.includes(backwards);
  });
}
