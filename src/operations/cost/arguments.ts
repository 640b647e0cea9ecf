import { getArgumentValues, valueFromAST } from 'graphql';
import { type PageArguments } from '../../domain/lists/page.js';
import { maximumCursorLength } from '../../domain/rules/draft.js';
import { type SelectedField } from './selection.js';

/** Coerced variables. */
export type Variables = Readonly<Record<string, unknown>>;

/** The page that a field requests; equal pages of equal lists have the same identity. */
interface RequestedPage {
  readonly page: PageArguments;
  readonly identity: unknown;
}

/** The arguments of a field as its resolver gets them; undefined if they can't be coerced. */
export function argumentsOf(
  { definition, nodes: [node] }: SelectedField,
  variables: Variables,
): Variables | undefined {
  try {
    return getArgumentValues(definition, node, variables);
  } catch {
    return undefined;
  }
}

/**
 * The page that a field requests. If other arguments can't be coerced, the page still counts, as a page of its own: an
 * estimate does not rely on a later refusal.
 */
export function pageOf(field: SelectedField, variables: Variables): RequestedPage {
  const known: PageArguments | undefined = argumentsOf(field, variables);
  if (known) return { page: known, identity: identityOf(known) };
  const [node] = field.nodes;
  const read = (name: string): unknown => {
    const given = node.arguments?.find((argument) => argument.name.value === name);
    const definition = field.definition.args.find((argument) => argument.name === name);
    return given && definition && valueFromAST(given.value, definition.type, variables);
  };
  const page = {
    first: read('first') as PageArguments['first'],
    after: read('after') as PageArguments['after'],
    last: read('last') as PageArguments['last'],
    before: read('before') as PageArguments['before'],
  };
  return { page, identity: field };
}

/** Texts that are too long for a cursor count by length only: their copies, one for each alias, could fill the memory. */
function identityOf(page: object): string {
  return JSON.stringify(page, (_name, value: unknown) =>
    typeof value === 'string' && value.length > maximumCursorLength ? value.length : value,
  );
}

/** The sid in a field's arguments; the field itself if they can't be coerced, so that it counts as another campaign. */
export function sidOf(field: SelectedField, variables: Variables): unknown {
  const given = argumentsOf(field, variables);
  return given?.['sid'] ?? given?.['campaignSid'] ?? field;
}

/** The sids of `campaignsBySid`. */
export function sidsOf(field: SelectedField, variables: Variables): readonly unknown[] {
  const sids = argumentsOf(field, variables)?.['sids'];
  return Array.isArray(sids) ? sids : [];
}

/** The representations in a router's request for entities, of any shape. */
export function representationsOf(field: SelectedField, variables: Variables): readonly unknown[] {
  const representations = argumentsOf(field, variables)?.['representations'];
  return Array.isArray(representations) ? representations : [];
}

/** The sid in a campaign's representation; undefined for anything else. */
export function representedSid(representation: unknown): string | undefined {
  const { __typename, sid } = (representation ?? {}) as { __typename?: unknown; sid?: unknown };
  return __typename === 'Campaign' && typeof sid === 'string' ? sid : undefined;
}
