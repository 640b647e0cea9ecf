import fc from 'fast-check';
import { OperationWriter, type Part } from './operation-writer.js';

/** Data that operations can ask for. */
export interface Listed {
  readonly sids: readonly string[];
  /** Cursors of campaigns in the default order. */
  readonly campaigns: readonly string[];
  /** Cursors of the messages of some campaigns, in the default order. */
  readonly messages: Readonly<Record<string, readonly string[]>>;
}

/** An operation that passes validation, with its variables. */
export interface RandomOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const how = fc.constantFrom('literal', 'variable', 'default', 'null for a default' as const);

/** `first`, `last` and cursors in every combination. */
function page(sizes: fc.Arbitrary<number>, cursors: readonly string[]): fc.Arbitrary<Part> {
  const cursor = cursors.length > 0 ? fc.option(fc.constantFrom(...cursors), { freq: 2 }) : fc.constant(null);
  const size = fc.option(fc.tuple(fc.constantFrom('first', 'last'), sizes), { freq: 5 });
  return fc.tuple(size, cursor, cursor, how).map(([of, after, before, way]) => (write) => {
    const parts = [
      of && `${of[0]}: ${write.value('Int', of[1], String(of[1]), way)}`,
      after &&
        `after: ${write.value('String', after, `"${after}"`, way === 'null for a default' ? 'variable' : way)}`,
      before &&
        `before: ${write.value('String', before, `"${before}"`, way === 'default' ? way : 'variable')}`,
    ];
    return parts.filter(Boolean).join(', ');
  });
}

/** A selection, inline or in a fragment, sometimes with a condition. */
function wrapped(type: string, below: fc.Arbitrary<Part>): fc.Arbitrary<Part> {
  const kind = fc.constantFrom('plain', 'plain', 'inline', 'untyped', 'fragment', 'included', 'skipped');
  return fc.tuple(kind, below, how).map(([as, part, way]) => (write) => {
    const text = part(write);
    if (as === 'inline') return `... on ${type} { ${text} }`;
    if (as === 'untyped') return `... { ${text} }`;
    if (as === 'fragment') return write.fragment(type, text);
    if (as === 'plain') return text;
    const isConstant = way === 'literal' || way === 'null for a default';
    const condition = write.value(
      'Boolean!',
      way === 'variable',
      String(way !== 'default'),
      isConstant ? 'literal' : 'variable',
    );
    return as === 'included'
      ? `... @include(if: ${condition}) { ${text} }`
      : `... on ${type} @skip(if: ${condition}) { ${text} }`;
  });
}

function joined(parts: fc.Arbitrary<Part>, maxLength = 3): fc.Arbitrary<Part> {
  return fc
    .array(parts, { minLength: 1, maxLength })
    .map((all) => (write) => all.map((part) => part(write)).join(' '));
}

const text =
  (value: string): Part =>
  () =>
    value;
const campaignLeaf = fc
  .constantFrom('sid', '__typename id', 'name', 'status stats { total }', 'lists { sid }')
  .map(text);
const messageLeaf = fc.constantFrom('sid', 'number status', 'body', '__typename').map(text);

function connection(type: 'Campaign' | 'Message', row: fc.Arbitrary<Part>): fc.Arbitrary<Part> {
  const shape = fc.constantFrom('total', 'nodes', 'edges', 'both', 'place');
  return wrapped(
    `${type}Connection`,
    fc.tuple(shape, row).map(([as, part]) => (write) => {
      if (as === 'total') return 'totalCount';
      const below = part(write);
      if (as === 'place') return `pageInfo { endCursor hasNextPage } nodes { ${below} }`;
      const [nodes, edges] = [`nodes { ${below} }`, `edges { cursor node { ${below} } }`];
      return as === 'both' ? `${nodes} ${edges}` : as === 'nodes' ? nodes : edges;
    }),
  );
}

const messageOrder = fc.constantFrom(
  '',
  '',
  ', orderBy: { field: SCHEDULED_AT, direction: DESC }',
  ', filter: { number: "9" }',
);

/** Messages of a campaign, with nested selections. */
function messages(cursors: readonly string[], depth: number): fc.Arbitrary<Part> {
  const sizes = fc.oneof({ weight: 5, arbitrary: fc.nat(120) }, { weight: 1, arbitrary: fc.nat(500) });
  const below = depth === 0 ? messageLeaf : fc.oneof(messageLeaf, nestedCampaign(depth - 1));
  const rows = connection('Message', joined(below, 2));
  return fc.tuple(page(sizes, cursors), messageOrder, rows).map(([of, order, selection]) => (write) => {
    const given = ofList(of(write), order);
    return `${write.name('m')}: messages${given ? `(${given})` : ''} { ${selection(write)} }`;
  });
}

function nestedCampaign(depth: number): fc.Arbitrary<Part> {
  return campaign([], depth).map((below) => (write) => `${write.name('c')}: campaign { ${below(write)} }`);
}

function campaign(cursors: readonly string[], depth: number): fc.Arbitrary<Part> {
  return joined(wrapped('Campaign', fc.oneof(campaignLeaf, messages(cursors, depth))));
}

function bySid({ sids, messages: cursors }: Listed): fc.Arbitrary<Part> {
  const sid = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...sids) },
    { weight: 1, arbitrary: fc.constant('none') },
  );
  return sid.chain((one) =>
    fc.tuple(campaign(cursors[one] ?? [], 1), how).map(([below, way]) => (write) => {
      const named = write.value('ID!', one, `"${one}"`, way === 'literal' ? way : 'variable');
      return `${write.name('r')}: campaign(sid: ${named}) { ${below(write)} }`;
    }),
  );
}

function bySids({ sids }: Listed): fc.Arbitrary<Part> {
  const some = fc.array(fc.constantFrom(...sids, 'none'), { maxLength: 12 });
  return fc.tuple(some, campaign([], 1), how).map(([all, below, way]) => (write) => {
    const named = write.value('[ID!]!', all, JSON.stringify(all), way === 'literal' ? way : 'variable');
    return `${write.name('r')}: campaignsBySid(sids: ${named}) { ${below(write)} }`;
  });
}

const campaignList = fc.constantFrom(
  '',
  '',
  '',
  ', filter: { name: "Campaign" }',
  ', filter: { status: [SCHEDULED, COMPLETED] }',
  ', orderBy: { field: NAME, direction: ASC }',
);

/** The cursors belong to the list without further arguments. */
function ofList(page: string, list: string): string {
  return /after|before/.test(page) ? page : `${page}${list}`.replace(/^, /, '');
}

function list(listed: Listed): fc.Arbitrary<Part> {
  const wide = fc.tuple(page(fc.nat(130), listed.campaigns), joined(campaignLeaf));
  const deep = fc.tuple(page(fc.nat(4), listed.campaigns), campaign([], 1));
  return fc.tuple(fc.oneof(wide, deep), campaignList).chain(([[of, below], query]) =>
    connection('Campaign', fc.constant(below)).map((selection) => (write) => {
      const given = ofList(of(write), query);
      return `${write.name('r')}: campaigns${given ? `(${given})` : ''} { ${selection(write)} }`;
    }),
  );
}

function entities({ sids }: Listed): fc.Arbitrary<Part> {
  const sid = fc.constantFrom(...sids, 'none');
  return fc
    .tuple(fc.array(sid, { minLength: 1, maxLength: 12 }), campaign([], 1), fc.boolean())
    .map(([some, below, isVariable]) => (write) => {
      const all = [
        ...some.map((one) => ({ __typename: 'Campaign', sid: one })),
        { __typename: 'ContactList', sid: 'l' },
      ];
      const literal = `[${all.map((one) => `{ __typename: "${one.__typename}", sid: "${one.sid}" }`).join(', ')}]`;
      const given = write.value('[_Any!]!', all, literal, isVariable ? 'variable' : 'literal');
      return `${write.name('r')}: _entities(representations: ${given}) { __typename ... on Campaign { ${below(write)} } }`;
    });
}

const validation = fc.constant(
  text(
    'validateCampaign(input: { contentType: STATIC, lists: ["l"], dltEntityId: "1", dltTemplateId: "1", senderId: "A", ' +
      'smsType: PROMOTIONAL, template: "Hello @@name" }) { valid variables userErrors { field message } }',
  ),
);

function operation(
  kind: 'query' | 'mutation',
  roots: fc.Arbitrary<Part>,
  maxLength: number,
  nameLengths: fc.Arbitrary<number> = fc.constant(0),
) {
  return fc.tuple(joined(roots, maxLength), nameLengths).map(([body, nameLength]): RandomOperation => {
    const write = new OperationWriter(nameLength);
    return write.document(kind, body(write));
  });
}

/**
 * Queries with every field and argument.
 * @param nameLengths minimum lengths of aliases.
 */
export function randomQuery(
  listed: Listed,
  nameLengths?: fc.Arbitrary<number>,
): fc.Arbitrary<RandomOperation> {
  const root = fc.oneof(
    { weight: 6, arbitrary: bySid(listed) },
    { weight: 2, arbitrary: bySids(listed) },
    { weight: 5, arbitrary: list(listed) },
    { weight: 2, arbitrary: entities(listed) },
    { weight: 1, arbitrary: validation },
    { weight: 1, arbitrary: fc.constant(text('__schema { queryType { name } }')) },
  );
  return operation('query', wrapped('Query', root), 4, nameLengths);
}

/** Mutations that leave every list unchanged, with every field of their campaign. */
export function randomMutation({ sids }: Listed): fc.Arbitrary<RandomOperation> {
  const change = fc.constantFrom(
    'pauseCampaign',
    'resumeCampaign',
    'completeCampaign',
    'archiveCampaign',
    'updateCampaign',
  );
  const root = fc
    .tuple(change, fc.constantFrom(...sids, 'none'), campaign([], 1))
    .map(([name, sid, below]) => (write: OperationWriter) => {
      const input = name === 'updateCampaign' ? ', input: { dltTemplateId: "1107159950325048979" }' : '';
      return `${write.name('r')}: ${name}(sid: "${sid}"${input}) { userErrors { code } campaign { ${below(write)} } }`;
    });
  return operation('mutation', root, 2);
}
