#!/usr/bin/env node
/** Starts the campaign gateway, the owners and a router in front of both; Ctrl-C ends all three. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startOwners } from './owners/server.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { PORT = '4000', CAMPAIGNS_PORT = '4001', OWNERS_PORT = '4002', ROUTER = 'hive' } = process.env;
const main = here('../../dist/main.js');
const hive = here('node_modules/@graphql-hive/gateway/dist/bin.js');
const routers = {
  hive: ['Hive Gateway', [hive, 'supergraph', '--host', '127.0.0.1', '--port', PORT]],
  apollo: ["Apollo's gateway", [here('apollo-gateway.mjs')]],
};
if (!(ROUTER in routers)) {
  console.error(`ROUTER: got "${ROUTER}", takes hive or apollo.`);
  process.exit(1);
}
const [routerName, routerCommand] = routers[ROUTER];

for (const [file, command] of [
  [main, '(cd ../.. && npm ci && npm run build)'],
  [hive, 'npm ci'],
])
  if (!existsSync(file)) {
    console.error(`${file} is missing; first: ${command}`);
    process.exit(1);
  }

const children = new Set();
let isEnding = false;

/** Ends what was started, the second time the hard way; this process ends with the last of it. */
function end(exitCode) {
  const signal = isEnding ? 'SIGKILL' : 'SIGTERM';
  process.exitCode ??= exitCode;
  isEnding = true;
  owners.close();
  for (const child of children) child.kill(signal);
}

/** Starts a program that the others need, and answers what it says of itself by `pattern`. */
function start(name, args, env, pattern) {
  const child = spawn(process.execPath, args, {
    cwd: here('.'),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a terminal's Ctrl-C comes here alone
  });
  children.add(child);
  return new Promise((resolve, reject) => {
    let text = '';
    let isReady = false;
    const listen = (output) => (chunk) => {
      if (isReady) return void (isEnding || output.write(chunk));
      text += chunk;
      const found = pattern.exec(text);
      isReady = found !== null;
      if (found) resolve(found[1]);
    };
    child.stdout.on('data', listen(process.stdout));
    child.stderr.on('data', listen(process.stderr));
    child.once('exit', (code) => {
      children.delete(child);
      reject(new Error(`${name} ended: ${text}`));
      if (isEnding) return;
      console.error(`${name} ended by itself (${code}).${isReady ? '' : `\n${text}`}`);
      end(1);
    });
  });
}

const owners = await startOwners(Number(OWNERS_PORT)).catch((error) => {
  console.error(`The owners cannot start (OWNERS_PORT): ${error.message}`);
  process.exit(1);
});
process.on('SIGINT', () => end(0)).on('SIGTERM', () => end(0));

try {
  const campaigns = await start(
    'campaign-gateway (its port: CAMPAIGNS_PORT)',
    [main],
    { ...process.env, PORT: CAMPAIGNS_PORT },
    /GraphQL +(\S+)/,
  );
  const router = await start(
    `${routerName} (its port: PORT)`,
    routerCommand,
    { CAMPAIGNS_URL: campaigns, OWNERS_URL: owners.url, PORT, LOG_LEVEL: 'info' },
    /Listening on (\S+?)(?:\x1b|\s)/,
  );
  console.log(guide({ router, campaigns, owners: owners.url }));
} catch (error) {
  if (!isEnding) throw error; // why was said already
}

/** What a reader does next. */
function guide(places) {
  return `the supergraph is ready

  GraphQL    ${new URL('/graphql', places.router).href}   in a browser: ${ROUTER === 'apollo' ? "Apollo's landing page" : 'GraphiQL'}
  Campaigns  ${places.campaigns}
  Owners     ${places.owners}

From an owner to campaigns and messages, and back:

  {
    owner(id: "farhan") {
      name
      campaigns { name status messages(first: 1) { nodes { sid status campaign { owner { name } } } } }
    }
  }

From a campaign to its owner, and what its lists are called:

  { campaign(sid: "8c7383b9797443249d24781659939528") { name owner { name campaigns { sid } } lists { title } } }
`;
}
