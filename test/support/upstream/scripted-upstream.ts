import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

/** A request as the upstream received it. */
export interface SeenRequest {
  readonly method: string;
  /** The raw request target. */
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A response: JSON with a status, or anything written by hand. */
export type Script = (
  request: SeenRequest,
  response: ServerResponse,
) => { readonly status?: number; readonly json: unknown } | undefined;

/** A real HTTP server with scripted responses, for behaviour that the sandbox does not have. */
export interface ScriptedUpstream {
  readonly baseUrl: string;
  readonly seen: SeenRequest[];
  close(): Promise<void>;
}

/** Starts it on a free port. A script that returns undefined has written the response itself. */
export async function startScriptedUpstream(script: Script): Promise<ScriptedUpstream> {
  const seen: SeenRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      const request = { method, target: url, headers, body: Buffer.concat(chunks).toString('utf8') };
      seen.push(request);
      const answer = script(request, response);
      if (!answer) return;
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.json));
    });
  });
  server.keepAliveTimeout = 60_000; // longer than the idle timeout of any client
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    seen,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
