import { describe, expect, it } from 'vitest';
import { readArguments } from './run-arguments.ts';

describe('readArguments', () => {
  it('defaults to all measurements and writes to the documents', () => {
    expect(readArguments([], '/usher')).toEqual({
      quick: false,
      cluster: false,
      only: [],
      peers: [],
      out: '/usher/docs/benchmarks',
    });
  });

  it('reads all options', () => {
    const args = [
      '--quick',
      '--cluster',
      '--only',
      'echo',
      '--only',
      'crowd',
      '--peer',
      'ws',
      '--rounds',
      '7',
      '--out',
      '/elsewhere',
    ];
    expect(readArguments(args, '/usher')).toEqual({
      quick: true,
      cluster: true,
      only: ['echo', 'crowd'],
      peers: ['ws'],
      rounds: 7,
      out: '/elsewhere',
    });
  });

  it.each([['--rounds', '0'], ['--rounds', 'many'], ['--peer', 'unknown', '--out', '/elsewhere'], ['--faster']])(
    'rejects %s %s',
    (...args) => {
      expect(() => readArguments(args, '/usher')).toThrow();
    },
  );

  it('requires --out for a run with selected peers', () => {
    expect(() => readArguments(['--peer', 'ws'], '/usher')).toThrow('--out');
  });
});
