/** A connection as Node's cluster hands it to a worker: not yet a socket. */
interface Handle {
  close(): void;
}

/** How cluster sends to a worker: by the channel's own `send`. */
interface Worker {
  send(message: object, handle?: unknown, ...rest: unknown[]): boolean;
  once(event: 'exit', listener: () => void): unknown;
}

/** To which worker each connection was given last. */
const owners = new WeakMap<Handle, Worker>();

/**
 * Ends the connection that a worker was being given when it died. Cluster gives a worker the next when it has said that
 * it has the last, and keeps that until then: of a worker that says nothing any more, for ever, and its client waits as
 * long. Of how cluster does it nothing is promised; where it came to do it otherwise, this would do nothing.
 */
export function endHandedOver(worker: Worker): void {
  let last: Handle | undefined;
  const send = worker.send.bind(worker);
  worker.send = (message, handle, ...rest) => {
    if (isConnection(message, handle)) {
      last = handle;
      owners.set(handle, worker);
    }
    return send(message, handle, ...rest);
  };
  worker.once('exit', () => {
    // What a worker did not want was given to another one. Closing what is closed does nothing.
    if (last && owners.get(last) === worker) last.close();
  });
}

function isConnection(message: object, handle: unknown): handle is Handle {
  const isNew = 'act' in message && message.act === 'newconn';
  return isNew && typeof handle === 'object' && handle !== null && 'close' in handle;
}
