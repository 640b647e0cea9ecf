/**
 * Renders GraphiQL's page into dist/, so that its package, which needs another GraphQL server, is there for the build alone.
 * What depends on the settings of a gateway is inserted at run time (src/server/graphiql/graphiql.ts).
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';

/** The page below dist/, and what is known of it before it has its tabs. */
const [file, factsFile] = ['graphiql.html.br', 'graphiql.json'];
const tabs = '{{tabs}}'; // src/server/graphiql/graphiql.ts inserts them

/**
 * Runs before GraphiQL. GraphiQL opens the tab with the text that was edited last; without a match, for example after an
 * unchanged example was run, it adds an empty tab at every reload. The script stores the text of the active tab instead.
 */
const returningVisitorScript = `<script>
try {
  const { tabs, activeTabIndex } = JSON.parse(localStorage.getItem('graphiql:tabState'));
  const { query, variables } = tabs[activeTabIndex];
  localStorage.setItem('graphiql:query', query ?? '');
  localStorage.setItem('graphiql:variables', variables ?? '');
} catch {
  // First visit, or storage is not available: GraphiQL starts with the examples.
}
</script>
`;

/**
 * On a first visit, tabs keep the shift of an animation that has ended. GraphiQL hides it until a tab has the focus, so a tab
 * jumped away under the pointer that pressed it, and the click was lost. Here the shift shows only while a tab is dragged.
 */
const stillTabs = `<script>
let pressedAt;
addEventListener('pointerdown', ({ target, clientX }) => {
  pressedAt = target.closest?.('.graphiql-tab') ? clientX : undefined;
}, true);
addEventListener('pointermove', ({ clientX }) => {
  if (Math.abs(clientX - pressedAt) > 5) document.documentElement.dataset.dragsTab = '';
}, true);
for (const end of ['pointerup', 'pointercancel'])
  addEventListener(end, () => {
    pressedAt = undefined;
    delete document.documentElement.dataset.dragsTab;
  }, true);
</script>
<style>
:root:not([data-drags-tab]) .graphiql-tabs .graphiql-tab { transform: none !important; }
.graphiql-logo { white-space: nowrap; }
.graphiql-tabs.no-scrollbar { scrollbar-width: thin; }
</style>
`;

/** Shown for a refused WebSocket, of which a browser tells nothing. */
const refusedText =
  'The WebSocket was refused. Where the gateway needs a key or token, it belongs in Headers, below.';

/** Changes of GraphiQL's code, each with its reason. */
const changes = [
  {
    // GraphiQL sends its header pane over HTTP only, so subscriptions would have no credentials. Over WebSocket it goes as
    // `connectionParams.headers`. Not enumerable, so that no request body contains it.
    of: /extensions:\{headers:(\w+)\?\.headers\}/,
    to: 'extensions:Object.defineProperty({headers:$1?.headers},"connectionParams",{value:{headers:$1?.headers}})',
  },
  {
    // A syntax error is shown with its message; ten lines of the page's own stack hid it.
    of: /(\{message:(\w+)\.message),stack:\2\.stack\}/,
    to: '$1}',
  },
  {
    // A refused WebSocket was shown as {"isTrusted": true}.
    of: /return (\w+) instanceof Error\?(\w+)\(\1\):\1\}/,
    to: `return $1 instanceof Error?$2($1):$1 instanceof Event?{message:"${refusedText}"}:$1}`,
  },
];

/** @throws Error if GraphiQL's code is no longer what a change expects. */
function withChanges(html) {
  return changes.reduce((changed, { of, to }) => {
    if (!of.test(changed)) throw new Error(`GraphiQL's code has no ${of} any more: adapt the changes.`);
    return changed.replace(of, to);
  }, html);
}

const icon = (colour) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24" fill="${colour}">` +
  '<path d="M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-8l-5 4v-4H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z"/></svg>';

const options = {
  title: 'campaign-gateway',
  logo: icon('currentColor'),
  favicon: `data:image/svg+xml,${encodeURIComponent(icon('#d60690'))}`,
  endpoint: '/graphql',
  // With SSE the page would send subscriptions to `endpoint` too: it ignores `subscriptionsEndpoint`.
  subscriptionsProtocol: 'WS',
  defaultTabs: tabs,
  shouldPersistHeaders: false, // credentials do not belong into local storage
};

/**
 * The facts of the page: hashing its nine megabytes at run time would block the event loop.
 * @returns the digest of the page, and the hashes of its scripts, for its Content-Security-Policy; that of the one with the tabs
 * is not among them.
 */
function factsOf(html) {
  const hash = (text) => createHash('sha256').update(text).digest('base64');
  const scripts = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script]) => script);
  const still = scripts.filter((script) => !script.includes(tabs));
  if (still.length !== scripts.length - 1)
    throw new Error('GraphiQL has its tabs in another place: adapt the page.');
  return { digest: hash(html), scripts: still.map((script) => `'sha256-${hash(script)}'`) };
}

/** Writes the page, compressed. @param write writes a file below dist/. @returns the paths below dist/. */
export async function writeGraphiql(write) {
  const html = withChanges(renderGraphiQL(options))
    .trimStart()
    .replace('<script>', (first) => `${returningVisitorScript}${stillTabs}${first}`);
  // Quality 5 takes 0.2 seconds; 9 saves little more.
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: html.length };
  return [
    write(factsFile, JSON.stringify(factsOf(html))),
    write(file, await promisify(brotliCompress)(html, { params })),
  ];
}
