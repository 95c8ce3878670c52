/** Entry point of `npm test` on any installed Node: installs the dependencies, then continues on the pinned Node. */
import { join } from 'node:path';
import { install, node, root, run } from './install.mjs';

await install();
process.exit(await run(node, [join(root, 'tools/test.mjs'), ...process.argv.slice(2)]));
