import { explanationTexts } from '../texts/explanations.ts';

/** The explanation of a rejection reason or a close: its meaning, its usual cause and how to fix it. */
export interface Explanation {
  readonly title: string;
  readonly means: string;
  readonly cause: string;
  readonly fix: string;
}

/** Returns the explanation of a rejection reason, a problem code or the name of a close code, if there is one. */
export function explanationOf(reason: string | undefined): Explanation | undefined {
  return reason !== undefined && isExplained(reason) ? explanationTexts[reason] : undefined;
}

/** The short title of a reason; the reason itself if it is not in the table. */
export function titleOf(reason: string): string {
  return explanationOf(reason)?.title ?? reason;
}

/** Every reason of the table. */
export const explainedReasons = Object.keys(explanationTexts);

function isExplained(reason: string): reason is keyof typeof explanationTexts {
  return Object.hasOwn(explanationTexts, reason);
}
