import { problemOf } from './authenticate.ts';
import { valuesOf } from './handshake.ts';
import type { TicketHolder } from './hooks.ts';
import { isSecretName } from './redact.ts';
import type { CallOptions } from './ticket-store.ts';

/**
 * Lets clients connect with an access token in the URL (`/api/ws?token=…`) until a date, while they are migrated to tickets. Such a URL ends
 * up in the logs of proxies, and the token stays valid for every other call: keep the time short.
 *
 * This applies only to requests without a ticket. Everything that follows the ticket applies to them too: `admit`, the origin, the limits.
 */
export interface AcceptTokens {
  /** From this time on, a token counts as a missing ticket. */
  readonly until: Date;
  /**
   * Returns the holder of a token, or `undefined` if it is not valid. It may also throw an error with a problem code, like `authenticate`,
   * and has the same time limit.
   */
  readonly verify: (
    token: string,
    options: CallOptions,
  ) => TicketHolder | undefined | Promise<TicketHolder | undefined>;
  /** The query parameter. Must be a name that the gate redacts, such as `token`, `access_token` or `jwt`. Defaults to `token`. */
  readonly parameter?: string;
}

/** Whether and how tokens in the URL are accepted. */
export class TokenAcceptance {
  readonly #parameter: string;
  readonly #until: number;
  readonly #verify: (token: string) => Promise<TicketHolder | undefined>;

  /**
   * @param verify settles within a time limit
   * @throws TypeError if an option is invalid. The message names the option.
   */
  constructor(
    { until, parameter = 'token' }: AcceptTokens,
    verify: (token: string) => Promise<TicketHolder | undefined>,
  ) {
    if (!(until instanceof Date) || Number.isNaN(until.getTime()))
      throw new TypeError('invalid acceptTokens.until: must be a valid Date');
    if (!isSecretName(parameter) || parameter === 'ticket') {
      throw new TypeError(
        `invalid acceptTokens.parameter ${JSON.stringify(parameter)}: must be a name that is redacted, such as token, access_token or jwt`,
      );
    }
    this.#parameter = parameter;
    this.#until = until.getTime();
    this.#verify = verify;
  }

  get isOpen(): boolean {
    return Date.now() < this.#until;
  }

  tokensOf(url: string): string[] {
    return valuesOf(url, this.#parameter);
  }

  /** Resolves to the holder of a token, or to `undefined` if it is not valid. */
  async holderOf(token: string): Promise<TicketHolder | undefined> {
    try {
      const holder = await this.#verify(token);
      if (holder === undefined) return undefined;
      const { user, session } = holder;
      if (typeof user !== 'string' || typeof session !== 'string' || user === '' || session === '') {
        throw new TypeError('invalid result of acceptTokens.verify: user and session must be non-empty strings');
      }
      return { user, session };
    } catch (error) {
      if (problemOf(error) === undefined) throw error;
      return undefined;
    }
  }
}
