import { AccessLog } from './access-log.ts';
import { checkCors, checkReach, signIn, signOut } from './access-check.ts';
import { type DoctorOptions, type Target, targetOf } from './options.ts';
import { type Check, type CheckName, Fatal, type Report, ReportBuilder } from './report.ts';
import { checkHandshake, checkPing, checkUsedTicket, Finished } from './socket-check.ts';
import { checkTicketCall, TicketClient } from './ticket-check.ts';
import { watch } from './watch.ts';

/**
 * Signs in, requests a ticket, opens a socket and exchanges frames, through all proxies of `options.url`.
 *
 * @param onCheck receives each result as soon as it is known
 * @returns all results. They contain no secret. Never rejects because of a response of a server or a proxy.
 */
export async function examine(
  options: DoctorOptions,
  onCheck: (check: Check) => void = () => undefined,
): Promise<Report> {
  const report = new ReportBuilder(onCheck);
  const target = targetOf(options);
  const examination = new Examination(options, target, report);
  await examination.run();
  return report.finish(target.url.href);
}

class Examination {
  readonly #options: DoctorOptions;
  readonly #target: Target;
  readonly #report: ReportBuilder;
  /** The check that a failure belongs to. */
  #current: CheckName = 'reach';

  constructor(options: DoctorOptions, target: Target, report: ReportBuilder) {
    this.#options = options;
    this.#target = target;
    this.#report = report;
  }

  async run(): Promise<void> {
    await this.#guard(async () => {
      const { accessLog } = this.#options;
      this.#current = 'access log';
      const log = accessLog === undefined ? undefined : await AccessLog.open(accessLog);
      this.#current = 'reach';
      await checkReach(this.#target, this.#report);
      this.#current = 'token';
      const token = await this.#token();
      const client = new TicketClient(this.#target, token, this.#report);
      await this.#guard(() => this.#connect(client));
      if (log === undefined) this.#report.skip('access log', 'pass --access-log FILE to search it for tickets');
      else if (client.tickets.length > 0) {
        this.#current = 'access log';
        await this.#guard(() => this.#search(log, client.tickets));
      }
      if ('credentials' in this.#options.access) await signOut(this.#target, token);
    });
  }

  async #token(): Promise<string> {
    const { access } = this.#options;
    if ('credentials' in access) this.#report.addSecret(access.credentials.password);
    const token = 'token' in access ? access.token : await signIn(this.#target, access.credentials);
    this.#report.addSecret(token);
    if ('credentials' in access) this.#report.ok('token', 'signed in');
    return token;
  }

  async #connect(client: TicketClient): Promise<void> {
    const [target, report] = [this.#target, this.#report];
    this.#current = 'cors';
    await checkCors(target, report);
    this.#current = 'ticket';
    const ticket = await this.#ticket(client);
    this.#current = 'handshake';
    const socket = await checkHandshake(target, ticket, report);
    this.#current = 'heartbeat';
    await checkPing(socket, target, report);
    await socket.close(target.timeoutMs);
    this.#current = 'used ticket';
    await checkUsedTicket(target, ticket, report);
    this.#current = 'watch';
    if (target.watchMs > 0) await watch(target, client, report);
    else report.skip('watch', 'pass --watch SECONDS to check idle timeouts and heartbeats');
  }

  /** Requests tickets. The first one shows whether the token is valid. */
  async #ticket(client: TicketClient): Promise<string> {
    try {
      const ticket = await checkTicketCall(client, this.#target, this.#report);
      if ('token' in this.#options.access) this.#report.ok('token', 'accepted');
      return ticket;
    } catch (error) {
      if (!(error instanceof Fatal) || !('token' in this.#options.access)) throw error;
      if (error.finding.culprit === 'token_rejected') this.#current = 'token';
      throw error;
    }
  }

  async #search(log: AccessLog, tickets: readonly string[]): Promise<void> {
    const finding = await log.search(tickets, this.#target.socketUrl.pathname, this.#target.timeoutMs);
    if (finding === undefined) this.#report.ok('access log', 'the tickets of this examination are not in the log');
    else this.#report.fail('access log', finding);
  }

  /** Reports a failure of `step` as one of the current check. */
  async #guard(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (error instanceof Finished) return;
      const message = error instanceof Error ? error.message : String(error);
      this.#report.fail(
        this.#current,
        error instanceof Fatal
          ? error.finding
          : { culprit: 'internal', message, fix: 'Report this message as a bug in @usher/cli.' },
      );
    }
  }
}
