import { execFileSync } from 'node:child_process';
import { manyClients } from './growth/clients.mjs';
import { longList } from './growth/lists.mjs';
import { growthParts } from './growth/parts.mjs';
import { manySubscribers } from './growth/subscribers.mjs';
import { machineFacts } from './machine.mjs';
import { pinSelf } from './processes.mjs';
import { machineLine } from './report.mjs';
import { writeMarkdown, writeResults } from './results.mjs';
import { startUpstream } from './upstreams.mjs';

const clientCounts = [1, 10, 100, 1000, 10_000];
const subscriberCounts = [100, 1000, 10_000];

/**
 * Measures how the gateway's cost grows, and prints the tables.
 * @param {{ quick: boolean, case: readonly string[], markdown: boolean }} options
 */
export async function growth({ quick, case: titles, markdown }) {
  const machine = machineFacts();
  const isPinned = pinSelf();
  const upstream = await startUpstream('large');
  const most = Math.min(quick ? 100 : Infinity, openFiles() - 500);
  const upTo = (counts) => counts.filter((count) => count <= most);
  const measureOf = {
    [growthParts.campaigns]: () => longList('campaigns', upstream, quick),
    [growthParts.messages]: () => longList('messages', upstream, quick),
    [growthParts.clients]: () => manyClients(upTo(clientCounts), upstream),
    [growthParts.subscribers]: () => manySubscribers(upTo(subscriberCounts), upstream),
  };
  const results = {};
  const texts = [machineLine(machine, isPinned)];
  for (const title of titles) {
    const { text, rows, hasFailed = false } = await measureOf[title]();
    if (hasFailed) process.exitCode = 1;
    results[title] = rows;
    texts.push(`**${title}**`, text);
    console.error(`\n${title}\n${text}`);
  }
  await upstream.close();
  const text = texts.join('\n\n');
  console.log(text);
  console.error(`\n${writeResults('growth', { machine, isPinned, results })}`);
  if (markdown) writeMarkdown('growth', text);
}

/** How many connections a process may have open. */
function openFiles() {
  try {
    const said = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim();
    return said === 'unlimited' ? Infinity : Number(said);
  } catch {
    return Infinity;
  }
}
