/** A request of an attacker; any options of undici. */
export interface Attack {
  readonly what: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

const json = { 'content-type': 'application/json' };
const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');
const sent = (what: string, query: string, variables: unknown = {}): Attack => ({
  what,
  body: JSON.stringify({ query, variables }),
});
const raw = (what: string, body: string | Buffer, headers: Record<string, string> = json): Attack => ({
  what,
  body,
  headers,
});
const nested = (levels: number): string =>
  levels === 0 ? 'sid' : `messages { nodes { campaign { ${nested(levels - 1)} } } }`;
const entities = (aliases: number): string =>
  `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Campaign { ${times(aliases, (i) => `a${i}: template`)} } } }`;
const bySid = 'query ($sid: ID!) { campaign(sid: $sid) { name } }';
const create =
  'mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { campaign { sid } } }';

/** Documents that cost more to validate or to execute than to write. */
const documents: readonly Attack[] = [
  sent('a deep document', `{ campaign(sid: "a") { ${nested(30)} } }`),
  sent('many aliases', `{ ${times(400, (index) => `a${index}: campaign(sid: "${index}") { name }`)} }`),
  sent('many tokens', `{ ${times(20_000, () => '__typename')} }`),
  sent('many directives', `{ __typename ${times(500, () => '@include(if: true)')} }`),
  sent('many unknown fields', `{ ${times(3000, (index) => `no${index}`)} }`),
  sent('many unknown arguments', `{ campaign(${times(900, (index) => `a${index}: 1`)}) { sid } }`),
  sent('many of one field', `{ ${times(3900, () => 'a')} }`),
  sent('many of one campaign', `{ ${times(600, () => 'campaign(sid: 1) { no }')} }`),
  sent('a cycle of fragments', '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'),
  sent(
    'fragments that double',
    `{ campaign(sid: "a") { ...F0 } } ${times(30, (i) => `fragment F${i} on Campaign { messages { nodes { campaign { ...F${i + 1} } } } x: messages { nodes { campaign { ...F${i + 1} } } } }`)} fragment F30 on Campaign { name }`,
  ),
  sent(
    'fragments that conflict',
    `{ campaign(sid: "a") { ${times(200, (i) => `...F${i}`)} } } ${times(200, (i) => `fragment F${i} on Campaign { a: ${i % 2 ? 'name' : 'sid'} }`)}`,
  ),
  sent('lists in lists', `{ campaign(sid: ${'['.repeat(100_000)}`),
  sent('selections in selections', '{a'.repeat(60_000)),
  sent('a long name', `{ ${'x'.repeat(100_000)} }`),
  sent(
    'messages of messages of lists',
    '{ campaigns(first: 200) { nodes { messages(first: 500) { nodes { sid } } } } }',
  ),
  sent(
    'lists of lists by entities',
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Campaign { messages { totalCount } } } }',
    {
      r: Array.from({ length: 500 }, (_, index) => ({ __typename: 'Campaign', sid: String(index) })),
    },
  ),
  sent(
    'introspection in introspection',
    `{ __schema { types { ${'fields { type { '.repeat(8)} name ${'} }'.repeat(8)} } } }`,
  ),
];

/** Values of the wrong type or shape. */
const values: readonly Attack[] = [
  sent('a list for a sid', bySid, { sid: Array.from({ length: 5000 }, () => ['a']) }),
  sent('an object for a sid', bySid, { sid: { $ne: null } }),
  sent('a very long sid', bySid, { sid: 'x'.repeat(100_000) }),
  sent('many representations of nothing', entities(1), { r: Array.from({ length: 60_000 }, () => 1) }),
  sent('one campaign many times', entities(90), {
    r: Array.from({ length: 2000 }, () => ({ __typename: 'Campaign', sid: 'a' })),
  }),
  sent(
    'a page many times',
    `{ campaign(sid: "a") { ${times(90, (i) => `a${i}: messages(first: 500) { nodes { body } }`)} } }`,
  ),
  sent('a sid of dots', bySid, { sid: '..' }),
  ...['../../admin', 'a%2e%2e%2fb', 'a\r\nHost: evil', 'a\0b', 'a?limit=500', '..\\..\\b'].map((sid) =>
    sent(`the sid ${JSON.stringify(sid)}`, bySid, { sid }),
  ),
  sent('no sid', bySid, JSON.parse('{"constructor":"a","toString":"b"}')),
  sent('a thousand mistakes', create, {
    input: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`x${i}`, i])),
  }),
  raw('deep JSON', `{"query":"{a}","variables":{"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`),
  raw('a key __proto__', `{"query":${JSON.stringify(bySid)},"variables":{"__proto__":{"sid":"a"}}}`),
  raw(
    'a key constructor.prototype',
    `{"query":${JSON.stringify(bySid)},"variables":{"constructor":{"prototype":{"sid":"a"}}}}`,
  ),
  raw(
    'a key __proto__ in escapes',
    `{"query":${JSON.stringify(bySid)},"variables":{"\\u005f_proto__":{"sid":"a"}}}`,
  ),
];

/** Malformed requests. */
const requests: readonly Attack[] = [
  raw(
    'a batch',
    `[${Array.from({ length: 200 }, () => '{"query":"{ campaign(sid: \\"a\\") { name } }"}').join(',')}]`,
  ),
  raw('a giant body', Buffer.alloc(300_000, 32)),
  raw(
    'letters that are not UTF-8',
    Buffer.from(`{"query":"{ campaign(sid: \\"\xff\xfe\\") { name } }"}`, 'latin1'),
  ),
  raw('half an object', '{"query":"{ campaign(sid: '),
  raw('nothing', ''),
  raw('null', 'null'),
  raw('a document as an object', '{"query":{"kind":"Document","definitions":[]}}'),
  raw('an unknown content type', '<a/>', { 'content-type': 'application/xml' }),
  raw('a content type of nonsense', '{}', { 'content-type': 'x' }),
  raw('another charset', '{}', { 'content-type': 'text/plain; charset=utf-7' }),
  raw('a compressed body', Buffer.from('1f8b0800', 'hex'), { ...json, 'content-encoding': 'gzip' }),
  { what: 'a form', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'query={a}' },
  { what: 'a link', method: 'GET', path: '/graphql?query={campaign(sid:"a"){name}}', headers: {} },
  {
    what: 'a mutation by GET',
    method: 'GET',
    path: `/graphql?query=${encodeURIComponent('mutation { pauseCampaign(sid: "a") { campaign { sid } } }')}`,
    headers: { 'apollo-require-preflight': '1' },
  },
  {
    what: 'one parameter twice',
    method: 'GET',
    path: '/graphql?query={__typename}&query={campaign(sid:"a"){name}}',
    headers: { 'apollo-require-preflight': '1' },
  },
  { what: 'a way out of the house', method: 'GET', path: '/../../etc/passwd', headers: {} },
  { what: 'the same in escapes', method: 'GET', path: '/%2e%2e/%2e%2e/etc/passwd', headers: {} },
  { what: 'an address that is no UTF-8', method: 'GET', path: '/%c0%ae', headers: {} },
  {
    what: 'a webhook of nobody',
    path: '/webhooks/exotel/campaign/..%2f..%2fadmin',
    headers: json,
    body: '{}',
  },
];

/** All attacks: each is refused, and none causes an upstream call. */
export const attacks: readonly Attack[] = [...documents, ...values, ...requests];
