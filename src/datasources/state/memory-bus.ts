import { type SharedBus } from './shared-bus.js';

/** Bus of the only gateway of an account: no other gateway listens, and none is heard. */
export class MemoryBus implements SharedBus {
  readonly isAlone = true;
  readonly isConnected = true;

  publish(): void {
    return undefined;
  }

  listen(): () => void {
    return () => undefined;
  }

  onGap(): void {
    return undefined;
  }

  close(): void {
    return undefined;
  }
}
