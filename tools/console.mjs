/** `npm run measure:console`: the operator console with many connections and refusals, with the built page and the real server. */
import { browser } from './browser.mjs';
import { install, projectEnv, run } from './install.mjs';

await install();
const built = await run('nx', ['run', 'web:build', '--output-style=stream']);
if (built !== 0) process.exit(built);
const env = projectEnv({ USHER_CHROMIUM: await browser() });
const main = 'apps/bench/src/console/main.ts';
process.exit(await run('node', ['--conditions=@usher/source', main, ...process.argv.slice(2)], { env }));
