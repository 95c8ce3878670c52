import { chain, type Rule, type Tree } from '@angular-devkit/schematics';
import { addRootProvider } from '@schematics/angular/utility';
import { insertImport } from '@schematics/angular/utility/ast-utils';
import { buildRelativePath } from '@schematics/angular/utility/find-module';
import { getAppModulePath, isStandaloneApp } from '@schematics/angular/utility/ng-ast-utils';
import { findAppConfig } from '@schematics/angular/utility/standalone/app_config';
import {
  applyChangesToFile,
  findBootstrapApplicationCall,
  getMainFilePath,
  getSourceFile,
} from '@schematics/angular/utility/standalone/util';

/**
 * Adds `provideUsher` and an HTTP client with the interceptor `usherBearer` to the application, unless it has them.
 *
 * @param project the name of the application
 * @param accessToken the path of the file with the class `AccessToken`, without its extension
 */
export function addProviders(project: string, accessToken: string): Rule {
  return async (tree) => {
    const main = await getMainFilePath(tree, project);
    const file = providersFile(tree, main);
    const text = tree.readText(file);
    const rules: Rule[] = [];
    if (!/\bprovideHttpClient\s*\(/.test(text)) {
      rules.push(
        addRootProvider(project, ({ code, external }) => {
          const [provide, intercept] = ['provideHttpClient', 'withInterceptors'].map((name) =>
            external(name, '@angular/common/http'),
          );
          return code`${provide}(${intercept}([${external('usherBearer', '@usher/angular')}]))`;
        }),
      );
    } else if (!/\busherBearer\b/.test(text)) {
      rules.push(addInterceptor(file));
    }
    if (!/\bprovideUsher\s*\(/.test(text)) {
      const path = buildRelativePath(`/${file}`, accessToken);
      rules.push(
        addRootProvider(
          project,
          ({ code, external }) =>
            code`${external('provideUsher', '@usher/angular')}(() => ({ token: ${external('inject', '@angular/core')}(${external('AccessToken', path)}).value }))`,
        ),
      );
    }
    return rules.length === 0 ? undefined : chain([...rules, wrapProviders(file)]);
  };
}

/** Returns the path of the file with the providers of the whole application: of its configuration, or of its module. */
function providersFile(tree: Tree, main: string): string {
  if (!isStandaloneApp(tree, main)) return getAppModulePath(tree, main);
  return findAppConfig(findBootstrapApplicationCall(tree, main), tree, main)?.filePath ?? main;
}

/** Adds `usherBearer` to the interceptors of an existing `provideHttpClient`. */
function addInterceptor(file: string): Rule {
  return (tree) => {
    const text = tree.readText(file);
    const hasInterceptors = /\bwithInterceptors\s*\(\s*\[/.test(text);
    const changed = hasInterceptors
      ? text.replace(/\bwithInterceptors\s*\(\s*\[(\s*)(\]?)/, (_, space: string, end: string) =>
          end ? 'withInterceptors([usherBearer]' : `withInterceptors([${space}usherBearer, `,
        )
      : text.replace(/\bprovideHttpClient\s*\(\s*(\)?)/, (_, end: string) =>
          end
            ? 'provideHttpClient(withInterceptors([usherBearer]))'
            : 'provideHttpClient(withInterceptors([usherBearer]), ',
        );
    tree.overwrite(file, changed);
    for (const [symbol, from] of [
      ['usherBearer', '@usher/angular'],
      ['withInterceptors', '@angular/common/http'],
    ] as const) {
      applyChangesToFile(tree, file, [insertImport(getSourceFile(tree, file), file, symbol, from)]);
    }
  };
}

/** `addRootProvider` appends to the line of the last provider. */
function wrapProviders(file: string): Rule {
  return (tree) => {
    tree.overwrite(file, tree.readText(file).replace(/, *(?=(?:provideHttpClient|provideUsher)\()/g, ',\n    '));
  };
}
