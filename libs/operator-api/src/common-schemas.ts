import { Type } from '@usher/protocol/server';

export const at = Type.Integer({ description: 'Unix milliseconds' });

export const pageQuery = {
  cursor: Type.Optional(Type.String({ maxLength: 256, description: '`next` of the previous page' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
};

export const page = {
  next: Type.Optional(Type.String({ description: 'value of `cursor` for the next page; absent on the last page' })),
};

/** Results are collected from all live nodes. A node that does not respond in time is named instead of failing the query. */
export const partial = {
  missing: Type.Array(Type.String(), { description: 'live nodes that did not respond in time' }),
};

export const closeSchema = Type.Object({
  at,
  code: Type.Integer({ description: 'close code of RFC 6455, or of the table of close codes' }),
  name: Type.Optional(Type.String({ description: 'name in the table of close codes' })),
  byServer: Type.Boolean(),
});
