/**
 * The threats that Usher defends against. Each row contains an attacker's action, the result, the line of code that is the defense, its
 * replacement without the defense, and the test that must then fail. `npm run threats` removes the defenses one by one and runs those tests.
 *
 * `in`: the file of the defense. `without`: a text that occurs exactly once in that file, and its replacement. `shown`: folder and test.
 * One file in `areas` per topic.
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = join(import.meta.dirname, 'areas');
const areas = await Promise.all(
  globSync('*.mjs', { cwd: folder })
    .sort()
    .map((file) => import(pathToFileURL(join(folder, file)).href)),
);

export const threats = areas.flatMap((area) => area.default);
