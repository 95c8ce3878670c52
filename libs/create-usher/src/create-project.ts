import { cpSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

export const templates = ['fastify', 'express', 'node'] as const;
/** The HTTP server of the new project. */
export type Template = (typeof templates)[number];

/** Prevents the creation of a project; its message is for the user. */
export class CreationError extends Error {
  override readonly name = 'CreationError';
}

/**
 * Creates a project in a folder that is empty or does not exist.
 *
 * @param folder relative to the working directory; its last part becomes the name of the package
 * @param template the HTTP server of the project
 * @param source the folder of the templates
 * @throws CreationError if the folder is not empty, or its name is not valid for a package
 */
export function createProject(folder: string, template: Template, source: string): void {
  const target = resolve(folder);
  const name = basename(target);
  if (!/^[a-z0-9][a-z0-9._-]{0,213}$/.test(name)) {
    throw new CreationError(
      `invalid name "${name}": must consist of lower-case letters, digits, dots, dashes and underscores`,
    );
  }
  if (existsSync(target) && readdirSync(target).some((file) => file !== '.git')) {
    throw new CreationError(`the folder ${folder} is not empty`);
  }
  cpSync(join(source, template), target, { recursive: true });
  renameSync(join(target, 'gitignore'), join(target, '.gitignore'));
  const manifestFile = join(target, 'package.json');
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as object;
  writeFileSync(manifestFile, `${JSON.stringify({ ...manifest, name }, undefined, 2)}\n`);
}
