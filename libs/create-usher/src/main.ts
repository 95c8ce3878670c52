#!/usr/bin/env node
import { join } from 'node:path';
import { run } from './run.ts';

const { ok, text } = run(process.argv.slice(2), join(import.meta.dirname, 'templates'));
(ok ? process.stdout : process.stderr).write(`${text}\n`);
process.exitCode = ok ? 0 : 1;
