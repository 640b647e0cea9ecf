/** Links of the documents in the package, which has only a part of this tree. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** Anchors of a document, as GitHub and npm make them of its headings. */
function anchorsOf(text) {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Checks that each relative link of a packed document leads to a packed file or folder, and to a heading of it. */
export function expectLinksToResolve(root, paths) {
  const isThere = (path) => paths.some((packed) => packed === path || packed.startsWith(`${path}/`));
  const textOf = (path) => readFileSync(join(root, path), 'utf8').replace(/^```.*?^```/gms, '');
  const dead = paths
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) =>
      [...textOf(path).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, link]) => link)
        .filter((link) => !/^[a-z]+:/.test(link))
        .filter((link) => {
          const [file, anchor] = link.split('#');
          const target = file === '' ? path : posix.normalize(posix.join(posix.dirname(path), file));
          if (!isThere(target.replace(/\/$/, ''))) return true;
          return anchor !== undefined && !anchorsOf(textOf(target)).includes(anchor);
        })
        .map((link) => `${path}: ${link}`),
    );
  assert.deepEqual(dead, [], 'links that lead nowhere in the package');
}
