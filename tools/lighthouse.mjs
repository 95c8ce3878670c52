/** `npm run lighthouse`: audits the sign-in page and the rooms with Lighthouse, with the built page and the real server. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { browser } from './browser.mjs';
import { install, projectEnv, root, run } from './install.mjs';

await install();
// Installed in a separate folder, because nothing else needs its hundred packages.
const folder = join(root, 'tools/lighthouse');
if (!existsSync(join(folder, 'node_modules/.package-lock.json'))) {
  const code = await run('npm', ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund']);
  if (code !== 0) process.exit(code);
}
const built = await run('nx', ['run', 'web:build', '--output-style=stream']);
if (built !== 0) process.exit(built);
const env = projectEnv({ USHER_CHROMIUM: await browser(), NODE_OPTIONS: '--conditions=@usher/source' });
process.exit(await run('playwright', ['test', '--config', 'e2e/lighthouse.config.ts'], { env }));
