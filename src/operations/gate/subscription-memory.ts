import { GatewayError, overloaded } from '../../domain/errors.js';
import {
  type PreparedDocument,
  type PreparedDocuments,
  type PreparedOperation,
} from '../documents/prepared-document.js';

/** Bounds on the memory of open subscriptions. */
interface SubscriptionMemoryOptions {
  /** Bytes of all callers together. */
  readonly maximumBytes: number;
  /** Bytes of one caller. */
  readonly maximumPerCaller: number;
  readonly documents: Pick<PreparedDocuments, 'retain' | 'release'>;
}

/** Memory of a subscription besides its document and variables: its context, its queue and its transport. */
const bytesPerSubscription = 8 * 1024;
/** Memory of a value besides its characters, and of a character. */
const [bytesPerValue, bytesPerCharacter] = [64, 2];

/** Bounds the memory of all open subscriptions: documents (shared by equal subscriptions), variables, contexts, queues. */
export class SubscriptionMemory {
  readonly #options: SubscriptionMemoryOptions;
  readonly #reservedByCaller = new Map<string, number>();
  /** Each document counts for the first caller that subscribed with it. */
  readonly #countedFor = new Map<PreparedDocument, { readonly caller: string; readonly bytes: number }>();
  #reservedBytes = 0;

  constructor(options: SubscriptionMemoryOptions) {
    this.#options = options;
  }

  /** Estimated bytes. */
  get reservedBytes(): number {
    return this.#reservedBytes;
  }

  /**
   * Reserves the memory of a subscription.
   * @param caller name of the caller.
   * @returns releases the memory; to be called once.
   * @throws GatewayError `TOO_MANY_SUBSCRIPTIONS` over the bound of a caller, `OVERLOADED` over the bound of all.
   */
  open(
    caller: string,
    { prepared }: PreparedOperation,
    variables: Readonly<Record<string, unknown>>,
  ): () => void {
    const bytes = bytesPerSubscription + valueBytes(variables);
    const documentBytes = this.#countedFor.has(prepared) ? 0 : prepared.bytes;
    this.#check(bytes + documentBytes, caller);
    this.#count(bytes + documentBytes, caller);
    if (documentBytes > 0) this.#countedFor.set(prepared, { caller, bytes: documentBytes });
    this.#options.documents.retain(prepared);
    return () => {
      this.#count(-bytes, caller);
      if (this.#options.documents.release(prepared)) this.#forget(prepared);
    };
  }

  #forget(prepared: PreparedDocument): void {
    const counted = this.#countedFor.get(prepared);
    if (counted) this.#count(-counted.bytes, counted.caller);
    this.#countedFor.delete(prepared);
  }

  #check(bytes: number, caller: string): void {
    const { maximumBytes, maximumPerCaller } = this.#options;
    if (this.#reservedBytes + bytes > maximumBytes)
      throw overloaded('The gateway has no memory for another subscription.');
    if ((this.#reservedByCaller.get(caller) ?? 0) + bytes > maximumPerCaller)
      throw new GatewayError(
        'TOO_MANY_SUBSCRIPTIONS',
        "This caller's subscriptions take as much memory as they may; end one first, or let them share a document.",
      );
  }

  #count(bytes: number, caller: string): void {
    this.#reservedBytes += bytes;
    const reserved = (this.#reservedByCaller.get(caller) ?? 0) + bytes;
    if (reserved > 0) this.#reservedByCaller.set(caller, reserved);
    else this.#reservedByCaller.delete(caller);
  }
}

/** The memory of a value parsed from JSON. */
function valueBytes(root: unknown): number {
  const open = [root];
  let bytes = 0;
  while (open.length > 0) {
    const value = open.pop();
    bytes += bytesPerValue;
    if (typeof value === 'string') bytes += bytesPerCharacter * value.length;
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, member] of Object.entries(value)) {
      bytes += bytesPerCharacter * key.length;
      open.push(member);
    }
  }
  return bytes;
}
