import { createServer, type Server } from 'node:http';
import { type Socket } from 'node:net';
import { type Patience, slowClients } from '../limits/slow-clients.js';
import { type RequestHandler } from './connection.js';
import { type Connections } from './connections.js';
import { ignoreOtherUpgrades } from './upgrades.js';

/** How the HTTP server treats its clients. */
export interface ConnectionServerOptions {
  readonly patience: Patience | undefined;
  /** Called for what is no HTTP, and for requests that do not arrive in time. */
  readonly onClientError: (error: { readonly code?: string }, socket: Socket) => void;
}

/** Makes the HTTP server, as Fastify has it made, on connections that are counted and bounded. */
export function connectionServers(
  connections: Connections,
  { patience, onClientError }: ConnectionServerOptions,
) {
  const { http, keepAliveTimeout } = slowClients(patience);
  return (handle: RequestHandler): Server => {
    const server = createServer(http, (request, response) => {
      connections.receive(request, response, handle);
    });
    server.keepAliveTimeout = keepAliveTimeout;
    server.on('connection', (socket: Socket) => {
      connections.open(socket);
    });
    server.on('clientError', (error: { readonly code?: string }, socket) => {
      onClientError(error, socket as Socket);
    });
    ignoreOtherUpgrades(server);
    return server;
  };
}
