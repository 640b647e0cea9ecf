/** The process at the other end: in the primary a worker's process, in a worker `process` itself. */
export interface ChannelEnd {
  readonly connected: boolean;
  send?(
    message: object,
    handle: undefined,
    options: undefined,
    onSent: (error: Error | null) => void,
  ): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

/** No response: the other process has exited, is late, or failed. It may have executed the method. */
export class NoResponse extends Error {
  override readonly name = 'NoResponse';
}

type ValuesOf<Method> = Method extends (...values: infer Values) => unknown ? Values : never;
type Result<Method> = Method extends (...values: never[]) => infer Value ? Awaited<Value> : never;

interface OpenRequest {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: NoResponse) => void;
  readonly timer: NodeJS.Timeout;
}

type ChannelMessage =
  | { readonly kind: 'notification'; readonly method: string; readonly values: unknown[] }
  | { readonly kind: 'request'; readonly id: number; readonly method: string; readonly values: unknown[] }
  | { readonly kind: 'response'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number };

/** Maximum number of open requests; more fail at once, so that none pile up for a process that hangs. */
const maximumOpen = 100;

/**
 * Requests and notifications between two processes over Node's IPC, both ways. Each end serves methods by name; values are
 * copied. `Theirs` has the methods of the other end.
 */
export class Channel<Theirs extends object> {
  readonly #end: ChannelEnd;
  readonly #timeoutMs: number;
  readonly #methods = new Map<string, unknown>();
  readonly #open = new Map<number, OpenRequest>();
  #lastId = 0;

  /** @param timeoutMs of a request. */
  constructor(end: ChannelEnd, timeoutMs: number) {
    this.#end = end;
    this.#timeoutMs = timeoutMs;
    end.on('message', (message) => {
      if (typeof message === 'object' && message && 'kind' in message)
        void this.#receive(message as ChannelMessage); // others are Node's
    });
    end.on('disconnect', () => {
      for (const id of [...this.#open.keys()])
        this.#settle(id)?.reject(new NoResponse('the process has gone'));
    });
  }

  /** Lets the other end call these methods. */
  serve(methods: object): void {
    for (const [name, method] of Object.entries(methods)) this.#methods.set(name, method);
  }

  /** Calls a method of the other end and waits for its result. @throws NoResponse */
  request<Method extends keyof Theirs & string>(
    method: Method,
    ...values: ValuesOf<Theirs[Method]>
  ): Promise<Result<Theirs[Method]>> {
    if (this.#open.size >= maximumOpen) return Promise.reject(new NoResponse('too many requests are open'));
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      // A response that has arrived counts, even if this process was too busy to read it in time.
      const giveUp = (): void =>
        void setImmediate(() => this.#settle(id)?.reject(new NoResponse('the response is late')));
      const timer = setTimeout(giveUp, this.#timeoutMs).unref();
      this.#open.set(id, { resolve: resolve as (value: unknown) => void, reject, timer });
      this.#send({ kind: 'request', id, method, values }, () =>
        this.#settle(id)?.reject(new NoResponse('the process has gone')),
      );
    });
  }

  /** Calls a method of the other end without waiting; does nothing if the other end has exited. */
  notify<Method extends keyof Theirs & string>(method: Method, ...values: ValuesOf<Theirs[Method]>): void {
    this.#send({ kind: 'notification', method, values });
  }

  async #receive(message: ChannelMessage): Promise<void> {
    if (message.kind === 'response') this.#settle(message.id)?.resolve(message.value);
    else if (message.kind === 'failure')
      this.#settle(message.id)?.reject(new NoResponse('the method failed'));
    else {
      const reply = await this.#execute(message.method, message.values);
      if (message.kind === 'request') this.#send({ ...reply, id: message.id });
    }
  }

  async #execute(method: string, values: unknown[]) {
    try {
      const served = this.#methods.get(method);
      if (typeof served !== 'function') return { kind: 'failure' } as const;
      return {
        kind: 'response',
        value: await (Reflect.apply(served, undefined, values) as unknown),
      } as const;
    } catch {
      return { kind: 'failure' } as const;
    }
  }

  #settle(id: number): OpenRequest | undefined {
    const request = this.#open.get(id);
    this.#open.delete(id);
    clearTimeout(request?.timer);
    return request;
  }

  #send(message: ChannelMessage, onFailure: () => void = () => undefined): void {
    if (!this.#end.connected || !this.#end.send) {
      onFailure();
      return;
    }
    // Without a callback, a channel that has just closed would crash this process with an unhandled error.
    this.#end.send(message, undefined, undefined, (error) => {
      if (error) onFailure();
    });
  }
}
