/** Begins `npm test` on whatever Node is there: install, then go on with the project's own. */
import { join } from 'node:path';
import { install, node, root, run } from './install.mjs';

await install();
process.exit(await run(node, [join(root, 'tools/test.mjs'), ...process.argv.slice(2)]));
