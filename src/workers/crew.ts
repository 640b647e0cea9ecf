import { setTimeout as sleep } from 'node:timers/promises';
import { restartDelayMs } from './restart-delay.js';

/** Why a worker does not serve; `why` is a person's to mend, undefined where nobody knows. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';

  constructor(readonly why: string | undefined) {
    super(why ?? 'a worker ended before it could serve');
  }
}

/** A process that ended by itself, or was killed. */
export interface Ended {
  readonly pid: number;
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** A worker's process, from its fork on. */
export interface Member {
  /** The address at which it serves. @throws CannotStart */
  readonly started: Promise<string>;
  readonly ended: Promise<Ended>;
  /** Lets it answer what it has, and end. */
  stop(): void;
  /** Leaves it no time for anything. */
  kill(): void;
}

/** What a crew is made of. */
export interface CrewOptions {
  readonly count: number;
  readonly fork: () => Member;
  /** How long a worker may take to stop; then it is killed. */
  readonly stopWithinMs: number;
  /** Told of one that ended and is about to be replaced. */
  readonly onEnded: (ended: Ended, replacedInMs: number) => void;
  /** Told that one which was to replace another can't start; another try follows. */
  readonly onNoReplacement: (error: CannotStart) => void;
  /** Told that nobody serves and nobody can: there are no more tries. */
  readonly onHopeless: (error: CannotStart) => void;
}

/** Who has served for so long does not die of how it was started. */
const soundAfterMs = 10_000;
/** Of those that die without a word while nobody serves. */
const maximumTries = 5;

/** A number of workers, each replaced when it ends. */
export class Crew {
  readonly #options: CrewOptions;
  readonly #members = new Set<Member>();
  #serving = 0;
  #quickDeaths = 0;
  #isStopping = false;

  constructor(options: CrewOptions) {
    this.#options = options;
  }

  /**
   * Starts all.
   * @returns the address at which they serve; undefined where they were stopped meanwhile.
   * @throws CannotStart where one can't; then none runs.
   */
  async start(): Promise<string | undefined> {
    const members = Array.from({ length: this.#options.count }, () => this.#fork());
    try {
      const [url = ''] = await Promise.all(members.map(({ started }) => started));
      for (const member of members) void this.#keep(member);
      return this.#isOver ? undefined : url;
    } catch (error) {
      if (this.#isOver) return undefined;
      this.#isStopping = true;
      await this.#end(members, 0);
      throw error;
    }
  }

  /** Lets all answer what they have, and end. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const members = [...this.#members];
    for (const member of members) member.stop();
    await this.#end(members, this.#options.stopWithinMs);
  }

  /** Leaves none any time. */
  kill(): void {
    this.#isStopping = true;
    for (const member of this.#members) member.kill();
  }

  /** Waits for all to end, and kills those that take longer. */
  async #end(members: readonly Member[], withinMs: number): Promise<void> {
    const kill = setTimeout(() => {
      for (const member of members) member.kill();
    }, withinMs);
    await Promise.all(members.map(({ ended }) => ended));
    clearTimeout(kill);
  }

  #fork(): Member {
    const member = this.#options.fork();
    this.#members.add(member);
    void member.ended.then(() => this.#members.delete(member));
    return member;
  }

  /** Waits until a worker ends, and puts another in its place. */
  async #keep(member: Member): Promise<void> {
    const sinceMs = await this.#served(member);
    const ended = await member.ended;
    if (sinceMs !== undefined) this.#serving -= 1;
    if (this.#isStopping) return;
    const isSound = sinceMs !== undefined && performance.now() - sinceMs >= soundAfterMs;
    this.#quickDeaths = isSound ? 0 : this.#quickDeaths + 1;
    const delayMs = restartDelayMs(this.#quickDeaths);
    this.#options.onEnded(ended, delayMs);
    await sleep(delayMs, undefined, { ref: false });
    if (!this.#isOver) await this.#keep(this.#fork());
  }

  /** @returns since when it serves; undefined where it can't. */
  async #served(member: Member): Promise<number | undefined> {
    try {
      await member.started;
      this.#serving += 1;
      return performance.now();
    } catch (error) {
      const refused = error instanceof CannotStart ? error : new CannotStart(undefined);
      const isHopeless = refused.why !== undefined || this.#quickDeaths >= maximumTries;
      if (this.#isStopping) return undefined;
      if (this.#serving > 0 || !isHopeless) this.#options.onNoReplacement(refused);
      else {
        this.#isStopping = true;
        this.#options.onHopeless(refused);
      }
      return undefined;
    }
  }

  get #isOver(): boolean {
    return this.#isStopping;
  }
}
