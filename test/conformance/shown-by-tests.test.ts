import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const root = new URL('../../', import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, root), 'utf8');

it('SECURITY.md names only tests and checks that exist', () => {
  const named = [...textOf('SECURITY.md').matchAll(/`((?:test|\.ci)\/[^`]+)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});

it('docs/operating.md has a remedy for every alert', () => {
  const alerts = [...textOf('deploy/prometheus/alerts.yaml').matchAll(/- alert: (\w+)/g)].map(
    ([, name = '']) => name,
  );
  expect(alerts.length).toBeGreaterThan(0);
  const received = [...textOf('docs/operating.md').matchAll(/^\| `(\w+)` \|/gm)].map(([, name = '']) => name);
  expect(received).toEqual(expect.arrayContaining(alerts));
});
