import type { RealtimeTracing } from '../connections/tracing.ts';
import type { Appended, Entry, History } from './history.ts';

/** Returns `history.append`, traced if there is `tracing`. What follows the append runs in the context of its caller. */
export function traceAppends(history: History, tracing: RealtimeTracing | undefined): History['append'] {
  if (tracing === undefined) return (room, entry) => history.append(room, entry);
  return async (room: string, entry: Entry): Promise<Appended> => {
    const traced = tracing.append(room);
    try {
      const appended = await traced.run(() => history.append(room, entry));
      traced.end({ seq: appended.message.seq });
      return appended;
    } catch (error) {
      traced.end({ error });
      throw error;
    }
  };
}
