import { createHash } from 'node:crypto';
import { concatAST, Kind, print, visit } from 'graphql';

/**
 * A plugin of graphql-codegen that writes the manifest of an app's documents for TRUSTED_DOCUMENTS: each operation with
 * the fragments it needs, by its SHA-256, as `@graphql-codegen/client-preset` writes it (`persistedDocuments`) for who
 * has that anyway.
 */
export function plugin(_schema, documents) {
  const { definitions } = concatAST(documents.map(({ document }) => document));
  const fragments = new Map(
    definitions
      .filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)
      .map((node) => [node.name.value, node]),
  );
  const texts = definitions
    .filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
    .map((operation) => [operation, ...neededBy(operation, fragments)].map(print).join('\n\n'));
  const manifest = Object.fromEntries(texts.map((text) => [`sha256:${sha256(text)}`, text]));
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function neededBy(operation, fragments) {
  const needed = new Set();
  const look = (node) => {
    visit(node, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (!fragment || needed.has(fragment)) return;
        needed.add(fragment);
        look(fragment);
      },
    });
  };
  look(operation);
  return needed;
}

function sha256(text) {
  return createHash('sha256').update(text).digest('hex');
}
