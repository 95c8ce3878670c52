import {
  apply,
  applyTemplates,
  chain,
  forEach,
  mergeWith,
  move,
  type Rule,
  SchematicsException,
  url,
} from '@angular-devkit/schematics';
import { readWorkspace, type WorkspaceDefinition } from '@schematics/angular/utility';
import { buildDefaultPath } from '@schematics/angular/utility/workspace';
import { addProxy } from './dev-server.ts';
import { addProviders } from './providers.ts';

/** The options of `ng add @usher/angular`, see schema.json. */
interface Options {
  readonly project?: string;
  readonly server: string;
  readonly room: string;
}

/**
 * Adds the providers, the proxy of `ng serve` and a component that shows a room. Does not change existing code, so it can be run again.
 *
 * @throws SchematicsException if it is not clear which application is meant
 */
export default function ngAdd({ project, server, room }: Options): Rule {
  return async (tree, { logger }) => {
    const workspace = await readWorkspace(tree);
    const name = project ?? onlyApplication(workspace);
    const application = workspace.projects.get(name);
    if (application === undefined) throw new SchematicsException(`unknown project "${name}"`);
    const folder = buildDefaultPath(application);
    const prefix = application.prefix ?? 'app';
    return chain([
      mergeWith(
        apply(url('./files'), [
          applyTemplates({ prefix, room }),
          move(folder),
          forEach((entry) => (tree.exists(entry.path) ? null : entry)),
        ]),
      ),
      addProviders(name, `${folder}/access-token`),
      addProxy(name, server),
      () => {
        logger.info(nextSteps(folder, prefix, server));
      },
    ]);
  };
}

function onlyApplication({ projects }: WorkspaceDefinition): string {
  const names = [...projects].filter(([, { extensions }]) => extensions['projectType'] === 'application');
  const [only] = names.map(([name]) => name);
  if (only !== undefined && names.length === 1) return only;
  const list = names.map(([name]) => name).join(', ');
  throw new SchematicsException(`specify the application with --project; this workspace has: ${list || 'none'}`);
}

const nextSteps = (folder: string, prefix: string, server: string): string => `
Next steps:
  1. After the sign-in, pass on the access token, a JWT with the claims "sub" and "sid":
       inject(AccessToken).value.set(token)        (AccessToken is in ${folder.slice(1)}/access-token.ts)
  2. Show <${prefix}-live-room /> to signed-in users. LiveRoom is in ${folder.slice(1)}/live-room/live-room.ts.
  3. Start your server on ${server}, with @usher/server and allowedOrigins: ['http://localhost:4200'].
  4. ng serve
`;
