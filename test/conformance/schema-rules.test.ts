import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

describe('schema.graphql', () => {
  it("follows graphql-eslint's rules for schemas and for Relay", async () => {
    const eslint = path('../../node_modules/eslint/bin/eslint.js');
    const config = path('graphql-eslint.config.mjs');
    const run = promisify(execFile)(process.execPath, [eslint, '--config', config, 'schema.graphql'], {
      cwd: path('../..'),
    });
    await expect(run).resolves.toMatchObject({ stdout: '' });
  });
});
