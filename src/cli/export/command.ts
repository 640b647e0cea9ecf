import { once } from 'node:events';
import { readClientSettings } from '../../config/config.js';
import { isLoopback } from '../../config/values.js';
import { exportMessages } from './export.js';

/** Options of the command, as they are written. */
export interface ExportWords {
  readonly status?: string;
  readonly number?: string;
  readonly out?: string;
  readonly format?: 'csv' | 'ndjson';
  readonly force?: true;
  readonly url?: string;
}

const defaultUrl = 'http://127.0.0.1:4000';
const usageError = 2;

/** Runs `campaign-gateway export`. @returns the exit code. */
export async function runExport(
  sid: string,
  { status, number, out, format, force, url }: ExportWords,
  error: (text: string) => void,
): Promise<number> {
  const settings = readClientSettings();
  const address = url ?? settings.url ?? defaultUrl;
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    error(
      `campaign-gateway export: ${url === undefined ? 'CAMPAIGN_GATEWAY_URL' : '--url'} takes an http or https address.`,
    );
    return usageError;
  }
  if (settings.apiKey !== undefined && !/^[\x20-\x7e]+$/.test(settings.apiKey)) {
    error('campaign-gateway export: CAMPAIGN_GATEWAY_API_KEY has a character that no HTTP header may have.');
    return usageError;
  }
  const gateway = gatewayAt(address);
  if (settings.apiKey !== undefined && gateway.protocol === 'http:' && !isLoopback(gateway.hostname))
    error('The key is sent over plain HTTP: anyone on the network path can read it.');
  process.stdout.once('error', (problem: NodeJS.ErrnoException) => {
    // A reader that has gone, as in `… | head -1`, needs no message.
    if (problem.code !== 'EPIPE')
      error(`campaign-gateway export: standard output cannot be written: ${problem.code}`);
    process.exit(1);
  });
  return exportMessages(
    {
      sid,
      status,
      number,
      out,
      format: format ?? (out?.toLowerCase().endsWith('.csv') ? 'csv' : 'ndjson'),
      isForced: force === true,
      url: gateway,
      apiKey: settings.apiKey,
    },
    { write: toStandardOutput, progress: process.stderr },
  );
}

/** The address of a gateway, also from that of its GraphQL endpoint, which a frontend has. */
export function gatewayAt(address: string): URL {
  const url = new URL(address);
  url.pathname = url.pathname.replace(/\/graphql\/?$/, '/');
  return url;
}

async function toStandardOutput(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
