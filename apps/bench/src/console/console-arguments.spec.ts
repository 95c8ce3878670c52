import { describe, expect, it } from 'vitest';
import { readSize } from './console-arguments.ts';

describe('readSize', () => {
  it('defaults to one node and the full size', () => {
    expect(readSize([])).toMatchObject({ nodes: 1, connections: 20_000, refusals: 100_000 });
  });

  it('reads all options', () => {
    expect(readSize(['--nodes', '2', '--quick'])).toMatchObject({ nodes: 2, connections: 1_000, refusals: 5_000 });
  });

  it.each(['0', '5', '1.5', 'x', ''])('rejects --nodes %j', (nodes) => {
    expect(() => readSize([`--nodes=${nodes}`])).toThrow('must be an integer between 1 and 4');
  });
});
