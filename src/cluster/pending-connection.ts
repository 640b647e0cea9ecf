/** A connection that the primary process assigns to a worker, not yet a socket. */
interface Handle {
  close(): void;
}

/** Process of a worker. Node's cluster passes connections with its `send`. */
interface ChildProcess {
  send(message: object, handle?: unknown, ...rest: unknown[]): boolean;
  once(event: 'exit', listener: () => void): unknown;
}

/** Worker to which each connection was assigned last. */
const owners = new WeakMap<Handle, ChildProcess>();

/**
 * Closes the connection that was assigned to a worker and not accepted when the worker exited. Node's cluster holds a
 * connection until the worker accepts it, so this client would wait forever. The message is internal to Node
 * (`lib/internal/cluster/round_robin_handle.js`): if a later version changes it, this function does nothing.
 */
export function closePendingConnectionOnExit(child: ChildProcess): void {
  let last: Handle | undefined;
  const send = child.send.bind(child);
  child.send = (message, handle, ...rest) => {
    if (isConnection(message, handle)) {
      last = handle;
      owners.set(handle, child);
    }
    return send(message, handle, ...rest);
  };
  child.once('exit', () => {
    // A worker that stops passes a connection on to another one. Closing a closed handle does nothing.
    if (last && owners.get(last) === child) last.close();
  });
}

function isConnection(message: object, handle: unknown): handle is Handle {
  const isNew = 'act' in message && message.act === 'newconn';
  return isNew && typeof handle === 'object' && handle !== null && 'close' in handle;
}
