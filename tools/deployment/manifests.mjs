/** Validates Kubernetes manifests against the API of Kubernetes, with the package `kubernetes-models`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../install.mjs';

/** Custom resources, which are not part of the API of Kubernetes. */
const custom = new Set(['ServiceMonitor']);

/**
 * Returns the errors in manifests: values that the schema of their kind forbids, and unknown fields. The schemas allow unknown fields, so the
 * TypeScript compiler finds those.
 */
export async function faultsIn(manifests) {
  const known = manifests.filter(({ kind }) => !custom.has(kind));
  const faults = await Promise.all(known.map(schemaFaults));
  return [...faults.flat(), ...typeFaults(known)];
}

async function schemaFaults(manifest) {
  const specifier = `kubernetes-models/${manifest.apiVersion}`;
  const models = await import(/* @vite-ignore */ specifier);
  const Model = models[manifest.kind];
  if (Model === undefined) return [`${manifest.apiVersion} has no ${manifest.kind}`];
  try {
    new Model(manifest).validate();
    return [];
  } catch (error) {
    return [`${manifest.kind}: ${error.message}`];
  }
}

function typeFaults(manifests) {
  const results = join(root, 'tools/test-results');
  mkdirSync(results, { recursive: true });
  const folder = mkdtempSync(join(results, 'manifests-'));
  try {
    const files = manifests.map((manifest, index) => {
      const file = join(folder, `${index}.ts`);
      const type = `import('kubernetes-models/${manifest.apiVersion}').I${manifest.kind}`;
      writeFileSync(file, `export const manifest: ${type} = ${JSON.stringify(manifest)};\n`);
      return file;
    });
    const program = ts.createProgram(files, {
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      strict: true,
      skipLibCheck: true,
      noEmit: true,
      types: [],
    });
    return ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
