import { parseArgs } from 'node:util';
import { createProject, CreationError, type Template, templates } from './create-project.ts';

const usage = `Usage: npm create usher [folder] -- [--template ${templates.join('|')}]

Creates an Angular app and a Node server with authenticated WebSockets.
folder defaults to usher-app, and --template to fastify.`;

/**
 * Runs the command.
 *
 * @param args the arguments after the name of the program
 * @param source the folder of the templates
 * @returns the text to print, and whether the command succeeded
 */
export function run(args: readonly string[], source: string): { readonly ok: boolean; readonly text: string } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { template: { type: 'string', short: 't', default: 'fastify' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) return { ok: true, text: usage };
    const [folder = 'usher-app', ...others] = positionals;
    if (others.length > 0) throw new CreationError(`unexpected argument "${others.join(' ')}"`);
    if (!isTemplate(values.template)) {
      throw new CreationError(`unknown template "${values.template}": must be ${templates.join(', ')}`);
    }
    createProject(folder, values.template, source);
    return { ok: true, text: nextSteps(folder) };
  } catch (error) {
    if (error instanceof CreationError || isArgumentError(error)) {
      return { ok: false, text: `${error.message}\n\n${usage}` };
    }
    throw error;
  }
}

function isTemplate(name: string): name is Template {
  return (templates as readonly string[]).includes(name);
}

function isArgumentError(error: unknown): error is Error {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

const nextSteps = (folder: string): string => `Created ${folder}. Next:

  cd ${folder}
  npm install
  npm start

Then open http://localhost:4200 and sign in as ann or bob, with the password "secret".`;
