import type { Rule, SchematicContext, Tree } from '@angular-devkit/schematics';
import { updateWorkspace } from '@schematics/angular/utility';
import { JSONFile } from '@schematics/angular/utility/json-file';

const api = '/api';

/** Without `ws`, the proxy does not forward upgrades, and every handshake times out. */
const proxyTo = (target: string) => ({ target, ws: true });

/**
 * Lets `ng serve` forward `/api`, including upgrades, to the server. An existing proxy configuration is extended.
 *
 * @param name the name of the application
 * @param server the URL of the server
 */
export function addProxy(name: string, server: string): Rule {
  return (tree, context) =>
    updateWorkspace((workspace) => {
      const project = workspace.projects.get(name);
      const serve = project?.targets.get('serve');
      if (project === undefined || serve === undefined) {
        warn(context, `the project "${name}" has no target "serve"`, server);
        return;
      }
      const configured = serve.options?.['proxyConfig'];
      if (typeof configured === 'string') {
        extend(tree, context, configured, server);
        return;
      }
      const file = `${project.sourceRoot ?? `${project.root}/src`}/proxy.conf.json`.replace(/^\//, '');
      if (tree.exists(file)) extend(tree, context, file, server);
      else tree.create(file, `${JSON.stringify({ [api]: proxyTo(server) }, undefined, 2)}\n`);
      serve.options = { ...serve.options, proxyConfig: file };
    });
}

/** Adds the API to an existing configuration, or `ws` to its entry of the API. */
function extend(tree: Tree, context: SchematicContext, file: string, server: string): void {
  const isObject = file.endsWith('.json') && tree.exists(file) && !tree.readText(file).trimStart().startsWith('[');
  if (!isObject) {
    warn(context, `cannot change the proxy configuration ${file}`, server);
    return;
  }
  const json = new JSONFile(tree, file);
  const paths = Object.keys(json.get([]) as object);
  const path = paths.find((key) => key.replace(/\/\*+$/, '') === api);
  if (path === undefined) json.modify([api], proxyTo(server));
  else if (json.get([path, 'ws']) !== true) json.modify([path, 'ws'], true);
}

function warn({ logger }: SchematicContext, problem: string, server: string): void {
  logger.warn(`${problem}: let its development server forward ${api} to ${server}, with "ws": true`);
}
