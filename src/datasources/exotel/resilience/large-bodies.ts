/** A response with a large body: it has room, or waits for it. */
export interface LargeBody {
  /** False while it waits. */
  readonly hasRoom: boolean;
  /** The body is complete: from now on it takes these bytes. */
  readonly completed: (bytes: number) => void;
  /** Gives the room back; may be called more than once. */
  readonly release: () => void;
}

/** A body that asks for room. */
export interface LargeBodyRequest {
  /** The most bytes that it may take. */
  readonly bytes: number;
  /** The bytes that it certainly takes. */
  readonly leastBytes: number;
  /** The request that the body is for. Bodies of one owner are released together. */
  readonly owner: object;
  /** Called later, if there is no room now. */
  readonly begin: () => void;
  /** Called later instead if there will be no room: the owner alone holds too much. */
  readonly refuse: () => void;
}

/** Further limits, besides the maximum of all bodies. */
interface LargeBodiesOptions {
  /** Bytes of the bodies of the oldest owner; one and a half times the maximum of all if omitted. */
  readonly maximumOfOldest?: number;
  /** Called before a body that would exceed the maximum together with the garbage of earlier ones. */
  readonly collectGarbage?: () => void;
  /** True while the heap has no room for bodies side by side: they come one after the other. */
  readonly isHeapFull?: () => boolean;
}

/** Room and bodies of one owner. */
interface Owned {
  takenBytes: number;
  /** Bodies that are being received: they may turn out to be smaller. */
  incomplete: number;
  /** Bodies that wait or have room. */
  bodies: number;
}

/**
 * Bounds the memory of large response bodies and of their rows: a hostile upstream could answer every call with the largest
 * accepted body. A body keeps its room until its request is answered; others wait.
 *
 * A request may need several bodies, so requests could wait for each other, or one for itself. The oldest request may
 * therefore exceed the maximum, up to a limit of its own, and is refused beyond that.
 */
export class LargeBodies {
  readonly #maximumBytes: number;
  readonly #maximumOfOldest: number;
  readonly #collectGarbage: () => void;
  readonly #isHeapFull: () => boolean;
  readonly #owners = new Map<object, Owned>();
  readonly #waiting = new Set<LargeBodyRequest>();
  #takenBytes = 0;
  /** Bytes of the bodies since garbage was collected. */
  #uncollectedBytes = 0;

  /** @param maximumBytes of all bodies. A single one may take more. */
  constructor(maximumBytes: number, options: LargeBodiesOptions = {}) {
    this.#maximumBytes = maximumBytes;
    this.#maximumOfOldest = options.maximumOfOldest ?? 1.5 * maximumBytes;
    this.#collectGarbage = options.collectGarbage ?? (() => undefined);
    this.#isHeapFull = options.isHeapFull ?? (() => false);
  }

  /** Takes room for a body, now or when others have given theirs back. */
  enter(request: LargeBodyRequest): LargeBody {
    const owned = this.#owners.get(request.owner) ?? { takenBytes: 0, incomplete: 0, bodies: 0 };
    this.#owners.set(request.owner, owned);
    owned.bodies += 1;
    let [taken, isComplete, isOver] = [0, false, false];
    const giveBack = (bytes: number): void => {
      taken -= bytes;
      owned.takenBytes -= bytes;
      this.#takenBytes -= bytes;
    };
    const complete = (): void => {
      if (taken > 0 && !isComplete) owned.incomplete -= 1;
      isComplete = true;
    };
    const waiting: LargeBodyRequest = {
      ...request,
      begin: () => {
        this.#limitGarbage(request.bytes);
        taken = request.bytes;
        owned.takenBytes += taken;
        owned.incomplete += 1;
        this.#takenBytes += taken;
        if (isWaiting) request.begin();
      },
    };
    let isWaiting = false;
    this.#waiting.add(waiting);
    this.#serve();
    isWaiting = true;
    return {
      get hasRoom() {
        return taken > 0 || isOver;
      },
      completed: (actual) => {
        complete();
        this.#uncollectedBytes += actual;
        giveBack(Math.max(0, taken - actual));
        this.#serve();
      },
      release: () => {
        if (isOver) return;
        isOver = true;
        this.#waiting.delete(waiting);
        if (!isComplete) this.#uncollectedBytes += taken;
        complete();
        giveBack(taken);
        owned.bodies -= 1;
        if (owned.bodies === 0) this.#owners.delete(request.owner);
        this.#serve();
      },
    };
  }

  /** Earlier bodies are garbage that still takes memory, until it is collected. */
  #limitGarbage(nextBytes: number): void {
    if (this.#uncollectedBytes === 0 || this.#uncollectedBytes + nextBytes <= this.#maximumBytes) return;
    this.#collectGarbage();
    this.#uncollectedBytes = 0;
  }

  /** Gives room to waiting bodies in order, and in any case to those of the oldest owner that has room already. */
  #serve(): void {
    for (const next of this.#waiting) {
      if (this.#takenBytes > 0 && (this.#takenBytes + next.bytes > this.#maximumBytes || this.#isHeapFull()))
        break;
      this.#begin(next);
    }
    const oldest = this.#oldestHolder();
    if (!oldest) return;
    const [owner, owned] = oldest;
    for (const next of this.#waiting) {
      if (next.owner !== owner) continue;
      const isWithin = owned.takenBytes + next.leastBytes <= this.#maximumOfOldest;
      if (isWithin && owned.incomplete === 0) this.#begin(next);
      else if (owned.incomplete === 0) {
        this.#waiting.delete(next);
        next.refuse();
      }
    }
  }

  #oldestHolder(): readonly [owner: object, owned: Owned] | undefined {
    for (const holder of this.#owners) if (holder[1].takenBytes > 0) return holder;
    return undefined;
  }

  #begin(next: LargeBodyRequest): void {
    this.#waiting.delete(next);
    next.begin();
  }
}
