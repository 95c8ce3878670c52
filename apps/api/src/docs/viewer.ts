import Fastify from 'fastify';

/**
 * Returns the script of the viewer (Scalar). Its package exports only a plugin that also serves a page with an inline script, which the
 * Content Security Policy forbids. The plugin is therefore registered on an app that never listens, and only its script is used.
 * The package is loaded at the first call, because it has 5 MB.
 */
export async function loadViewer(): Promise<string> {
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  const app = Fastify();
  try {
    await app.register(scalar, { routePrefix: '/viewer', configuration: { content: {} } });
    const { statusCode, payload } = await app.inject('/viewer/js/scalar.js');
    if (statusCode !== 200) throw new Error(`the viewer of the documents returned ${statusCode}`);
    // Its source map is not served.
    return payload.replace(/\n\/\/# sourceMappingURL=\S+\s*$/, '\n');
  } finally {
    await app.close();
  }
}
