/** What the library asks of a logger; pino's shape. Nothing secret and no message text is ever handed to it. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

function nothing(): void {
  // A library without a logger is a silent one.
}

export const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
