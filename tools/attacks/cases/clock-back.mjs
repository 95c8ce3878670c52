import { setTimeout as delay } from 'node:timers/promises';
import { connect, signIn } from '../person.mjs';

/** Each SIGWINCH, which the server does not use, shifts the clock of the process: an hour back, then an hour ahead of the real time. */
const movableClock = `
  const RealDate = Date;
  let offset = 0;
  globalThis.Date = class extends RealDate {
    constructor(...args) { if (args.length === 0) super(RealDate.now() + offset); else super(...args); }
    static now() { return RealDate.now() + offset; }
  };
  process.on('SIGWINCH', () => { offset = offset === 0 ? -3600000 : 3600000; });
`;

async function askForTicket(url, token) {
  const response = await fetch(`${url}/api/ws_ticket`, { headers: { authorization: `Bearer ${token}` } });
  const { code, retryAfterMs } = await response.json();
  return response.ok ? '200' : `${response.status} ${code}, retryAfterMs ${retryAfterMs}`;
}

/** The system time of the server jumps while clients connect. */
export default {
  title: 'the system time is set back by an hour, then ahead by two',
  async run({ start }) {
    const { url, child } = await start({}, ['--import', `data:text/javascript,${encodeURIComponent(movableClock)}`]);
    const open = await connect(url, await signIn(url, 'maggie'));
    const figures = {};
    let held = true;
    for (const jump of ['back', 'ahead']) {
      const before = await signIn(url, 'bart');
      await askForTicket(url, before);
      child.kill('SIGWINCH');
      await delay(1_000);
      // A token expires in system time, so each check uses a new one.
      const token = await signIn(url, 'bart');
      const response = await askForTicket(url, token);
      const { status } = await fetch(`${url}/api/health/ready`);
      figures[`set ${jump}: ticket call`] = response;
      figures[`set ${jump}: ready`] = status;
      const connected = await connect(url, token).catch(({ message }) => message);
      figures[`set ${jump}: connecting`] = typeof connected === 'string' ? connected : 'welcome';
      figures[`set ${jump}: an open connection`] = open.closeCode() ?? (await open.request({ type: 'ping' })).type;
      held &&= response === '200' && typeof connected === 'object' && open.closeCode() === undefined;
    }
    return { figures, held };
  },
};
