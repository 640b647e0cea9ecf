import { apiKey } from '../gateway/credentials';

/** A line of an export (docs/export.md of the gateway). */
export interface ExportLine {
  readonly cursor?: string;
  readonly progress?: { readonly read: number; readonly total: number; readonly cursor: string | null };
  readonly complete?: boolean;
  readonly reason?: string;
  readonly [field: string]: unknown;
}

/** The gateway refused an export. */
export class ExportRefused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Reads an export line by line. A link could not send the key. */
export async function* exportLines(url: URL, signal: AbortSignal): AsyncGenerator<ExportLine> {
  const key = apiKey();
  const headers = new Headers(key === null ? [] : [['x-api-key', key]]);
  const response = await fetch(url, { headers, signal });
  if (!response.ok || !response.body) throw new ExportRefused(response.status, await messageOf(response));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    const lines = (rest + chunk.value).split('\n');
    rest = lines.pop() ?? ''; // not whole yet
    for (const line of lines) if (line !== '') yield JSON.parse(line) as ExportLine;
  }
}

async function messageOf(response: Response): Promise<string> {
  const body = (await response.json().catch(() => ({}))) as { errors?: { message: string }[] };
  return body.errors?.[0]?.message ?? `The gateway answered with status ${response.status}.`;
}
