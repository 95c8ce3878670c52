import openapiTS, { astToString } from 'openapi-typescript';

/** Returns the TypeScript types of an OpenAPI document, which `openapi-fetch` uses. */
export async function typesOf(document: string): Promise<string> {
  const types = astToString(await openapiTS(document, { alphabetize: true }));
  return `/** Generated from openapi.json by apps/api/src/write-documents.ts. */\n${types}`;
}
