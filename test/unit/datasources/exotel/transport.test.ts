import { type ResponseReader, type TransportResponse } from '../../../../src/datasources/exotel/transport.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type ServerResponse } from 'node:http';
import { ScriptedUpstream } from './scripted-upstream.js';

/** Ignores a response. */
const asItCame: ResponseReader<TransportResponse> = {
  responded: (answer) => answer,
  failed: () => undefined,
};

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterAll(async () => {
  await upstream.stop();
});

const get = { method: 'GET', path: '/any' } as const;
const mebibyte = 1024 * 1024;

describe('an unresponsive upstream', () => {
  it('sends nothing: timeout', async () => {
    upstream.respond = () => undefined;
    const sending = upstream.transport({ timeoutMs: 50 }).send(get, asItCame);
    await expect(sending).rejects.toMatchObject({ reason: 'timeout', mayHaveBeenProcessed: true });
  });

  it('sends headers but no complete body: timeout', async () => {
    upstream.respond = (_request, response) => response.writeHead(200).write('{"response":');
    const sending = upstream.transport({ timeoutMs: 50 }).send(get, asItCame);
    await expect(sending).rejects.toMatchObject({ reason: 'timeout', mayHaveBeenProcessed: true });
  });

  it('refuses the connection: unreachable, and certainly not processed', async () => {
    const gone = await ScriptedUpstream.start();
    const transport = upstream.transport({ baseUrl: gone.baseUrl });
    await gone.stop();
    const failure = { reason: 'unreachable', mayHaveBeenProcessed: false };
    await expect(transport.send(get, asItCame)).rejects.toMatchObject(failure);
  });

  it('has no DNS entry: unreachable', async () => {
    const transport = upstream.transport({ baseUrl: 'http://no-such-host.invalid' });
    await expect(transport.send(get, asItCame)).rejects.toMatchObject({ reason: 'unreachable' });
  });

  it.each(['GET', 'POST', 'PUT'] as const)(
    'resets the connection before its headers: unavailable, sent once, %s',
    async (method) => {
      upstream.respond = (request) => request.socket.resetAndDestroy();
      const before = upstream.requests.length;
      const sending = upstream
        .transport()
        .send({ method, path: '/any', ...(method !== 'GET' && { body: {} }) }, asItCame);
      await expect(sending).rejects.toMatchObject({ reason: 'unavailable', mayHaveBeenProcessed: true });
      expect(upstream.requests.length - before).toBe(1);
    },
  );

  it.each(['reset', 'end'])('closes the connection after its headers (%s): unavailable', async (how) => {
    upstream.respond = (request, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write('{"response":', () => {
        if (how === 'reset') request.socket.resetAndDestroy();
        else request.socket.destroy();
      });
    };
    const failure = { reason: 'unavailable', mayHaveBeenProcessed: true, facts: { isAccepted: true } };
    await expect(upstream.transport().send(get, asItCame)).rejects.toMatchObject(failure);
  });

  it('aborts an error response: not certainly accepted', async () => {
    upstream.respond = (request, response) => {
      response.writeHead(503, { 'content-length': 1000 }).write('{', () => request.socket.destroy());
    };
    const failure = { reason: 'unavailable', facts: {} };
    await expect(upstream.transport().send(get, asItCame)).rejects.toMatchObject(failure);
  });
});

describe('a response that is too large', () => {
  it('fails, and most of it is never read', async () => {
    const chunks = 128;
    let written = 0;
    const pour = async (response: ServerResponse): Promise<void> => {
      const closed = once(response, 'close');
      while (written < chunks && !response.destroyed) {
        written += 1;
        if (!response.write(Buffer.alloc(mebibyte, ' ')))
          await Promise.race([once(response, 'drain'), closed]);
      }
      response.end();
    };
    upstream.respond = (_request, response) => void pour(response);
    await expect(upstream.transport().send(get, asItCame)).rejects.toMatchObject({ reason: 'unavailable' });
    expect(written).toBeLessThan(chunks / 2);
  });

  it('fails, but a response of 15 MiB does not', async () => {
    upstream.answers('x'.repeat(15 * mebibyte));
    expect((await upstream.transport().send(get, asItCame)).text).toHaveLength(15 * mebibyte);
  });
});

describe('a response body in chunks', () => {
  const sent = '{"name":"नमस्कार"}';

  it.each([0, 1, 2, 3])('is decoded across chunks: a three-byte letter after %i bytes', async (on) => {
    const bytes = Buffer.from(sent);
    const cut = bytes.indexOf('न') + on;
    upstream.respond = (_request, response) => {
      response.write(bytes.subarray(0, cut), () => setTimeout(() => response.end(bytes.subarray(cut)), 20));
    };
    expect((await upstream.transport().send(get, asItCame)).text).toBe(sent);
  });

  it('is empty without a body', async () => {
    upstream.answers('', 204);
    expect(await upstream.transport().send(get, asItCame)).toMatchObject({ status: 204, text: '' });
  });

  it('is taken from the final response after informational ones', async () => {
    upstream.respond = (_request, response) => {
      response.writeProcessing();
      response.end(sent);
    };
    expect(await upstream.transport().send(get, asItCame)).toMatchObject({ status: 200, text: sent });
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    '%i is not followed, so credentials are not sent elsewhere',
    async (status) => {
      const elsewhere = await ScriptedUpstream.start();
      upstream.answers('', status, { location: `${elsewhere.baseUrl}/steal` });
      await expect(upstream.client().getCampaign('any')).rejects.toMatchObject({ reason: 'invalidResponse' });
      expect(elsewhere.requests).toEqual([]);
      await elsewhere.stop();
    },
  );
});

describe('a request', () => {
  const credentials: [apiKey: string, apiToken: string, header: string][] = [
    ['key', 'token', 'Basic a2V5OnRva2Vu'],
    ['key', 'to:ken', 'Basic a2V5OnRvOmtlbg=='],
    ['schlüssel', 'टोकन', `Basic ${Buffer.from('schlüssel:टोकन', 'utf8').toString('base64')}`],
  ];
  it.each(credentials)(
    'has the key %j as user and the token %j as password',
    async (apiKey, apiToken, header) => {
      upstream.answers('{}');
      await upstream.transport({ apiKey, apiToken }).send(get, asItCame);
      expect(upstream.requests.at(-1)?.headers).toMatchObject({
        authorization: header,
        accept: 'application/json',
      });
    },
  );

  it('has a JSON content type only if it has a body', async () => {
    upstream.answers('{}');
    const transport = upstream.transport();
    await transport.send({ method: 'PUT', path: '/any', body: { action: 'pause' } }, asItCame);
    expect(upstream.requests.at(-1)?.headers['content-type']).toBe('application/json');
    await transport.send(get, asItCame);
    expect(upstream.requests.at(-1)?.headers['content-type']).toBeUndefined();
  });

  it('reuses an open connection', async () => {
    upstream.answers('{}');
    const transport = upstream.transport();
    const before = upstream.connections;
    for (let request = 0; request < 20; request += 1) await transport.send(get, asItCame);
    expect(upstream.connections - before).toBeLessThanOrEqual(2);
  });
});
