import type { AnyRoomMessage, AnyUnsent, Content } from './room-types.ts';

/** A message or a change of a message that this client wrote and the server has not confirmed in the sequence yet. */
export interface Draft {
  readonly key: string;
  /** For a change: its target, as a sequence number, or as a draft that had none when the change was made. */
  readonly of?: number | Draft;
  /** Set if the change deletes the message. */
  readonly deletes?: true;
  /** The text, or the payload. */
  content: Content;
  at: number;
  status: AnyRoomMessage['status'];
  error?: string | undefined;
  /** Whether it was sent before, so that the server may already have it. */
  wasSent: boolean;
  failures: number;
  /**
   * Its sequence number. Confirmed by the server if `status` is `sent`. Otherwise a guess, because a message with the same author
   * and text arrived; the reply to the request confirms or corrects it.
   */
  seq?: number | undefined;
}

/** Returns the target of a change: its sequence number if the server has assigned one, otherwise the draft. */
export function targetOf({ of }: Pick<Draft, 'of'>): number | Draft | undefined {
  return typeof of === 'object' && of.status === 'sent' ? of.seq : of;
}

/** Whether a draft is a change of `target` that a new change replaces. */
export function isReplaceable(draft: Draft, target: number | Draft | undefined): boolean {
  return (
    draft.of !== undefined &&
    targetOf(draft) === target &&
    (draft.status === 'failed' || (draft.status === 'waiting' && !draft.wasSent))
  );
}

/** Marks a draft as rejected permanently. */
export function failDraft(draft: Draft, error: string): void {
  Object.assign(draft, { status: 'failed', error, seq: undefined });
}

/** Returns the field of a message that has this content. */
export function fieldOf(content: Content): { readonly text: string } | { readonly payload: object } {
  return typeof content === 'string' ? { text: content } : { payload: content };
}

/** Returns a draft as a message of the list. */
export function toRoomMessage({ key, content, at, status, error }: Draft, from: string): AnyRoomMessage {
  return { key, from, ...fieldOf(content), at, status, ...(error && { error }) };
}

/** Returns a message of the timeline with a draft applied: a change of it, or the draft that it probably confirms. */
export function applyDraft(message: AnyRoomMessage, draft: Draft): AnyRoomMessage {
  const { key, of, deletes, content, at, status, error } = draft;
  if (of === undefined) return { ...message, key, status: 'sending' };
  if (message.deleted) return message;
  const failed = status === 'failed';
  const now = deletes ? !failed && { text: '', deleted: at } : { ...fieldOf(content), ...(!failed && { edited: at }) };
  // The status of an unconfirmed message has priority over that of its change.
  if (status === 'sent' || (message.status !== 'sent' && !message.change)) return { ...message, ...now };
  return {
    ...message,
    key: message.key ?? key,
    ...now,
    status,
    ...(error && { error }),
    change: deletes ? 'delete' : 'edit',
  };
}

/** Returns a draft as an entry of `unsent$`, or nothing if the server has acknowledged it. */
export function toUnsent(draft: Draft): AnyUnsent[] {
  const { key, content, status, deletes } = draft;
  if (status === 'sent') return [];
  const of = targetOf(draft);
  return [
    { key, ...fieldOf(content), ...(of && { of: typeof of === 'object' ? of.key : of }), ...(deletes && { deletes }) },
  ];
}

/**
 * Returns a random UUID (RFC 9562, version 4; the two free bits of the variant are fixed). `crypto.randomUUID` is not used because
 * it is missing on pages that are loaded over http from an address other than localhost.
 */
export function uuid(): string {
  return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replaceAll('x', () => {
    const [byte = 0] = crypto.getRandomValues(new Uint8Array(1));
    return (byte % 16).toString(16);
  });
}
