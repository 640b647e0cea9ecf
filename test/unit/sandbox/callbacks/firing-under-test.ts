import { type CallbackOptions } from '../../../../src/sandbox/callbacks/callback.js';
import { type CampaignDraft } from '../../../../src/sandbox/draft.js';
import { CallbackReceiver, eventually } from './callback-receiver.js';
import { SandboxUnderTest } from '../sandbox-under-test.js';

/** A sandbox that fires callbacks, and the server that receives them. */
export class FiringUnderTest {
  test!: SandboxUnderTest;
  readonly receiver: CallbackReceiver;

  private constructor(receiver: CallbackReceiver) {
    this.receiver = receiver;
  }

  static async open(): Promise<FiringUnderTest> {
    return new FiringUnderTest(await CallbackReceiver.start());
  }

  /** With the real clock at a speed of 3,600, campaigns complete within a second. Otherwise the test sets the time. */
  async start(callbacks: CallbackOptions = {}, clock?: () => number): Promise<void> {
    const clocked = clock === undefined ? {} : { clock, speed: 3_600 };
    this.test = await SandboxUnderTest.start({ ...clocked, callbacks });
  }

  async stop(): Promise<void> {
    await this.test.stop();
    await this.receiver.stop();
  }

  /** Callback URLs as fields of a request. */
  urls(): Record<string, string> {
    return {
      status_callback: this.receiver.url('/campaign'),
      sms_status_callback: this.receiver.url('/sms'),
    };
  }

  /** Callback URLs as fields of a draft. */
  draftUrls(name = ''): CampaignDraft {
    return {
      statusCallback: this.receiver.url(`/campaign${name}`),
      smsStatusCallback: this.receiver.url(`/sms${name}`),
    };
  }

  statuses(path: string): unknown[] {
    return this.receiver.at(path).map((fields) => fields.status);
  }

  sidsAt(path: string): unknown[] {
    return this.receiver.at(path).map((fields) => fields.sms_sid);
  }

  hasCompleted(): boolean {
    return this.statuses('/campaign').includes('completed');
  }

  /** Waits until the sandbox has polled its campaigns again: until it reports the end of a new one. */
  async anotherLook(): Promise<void> {
    const path = `/marker-${this.receiver.arrivals.length}`;
    const marker = { statusCallback: this.receiver.url(path), status: 'paused' as const };
    const { sid } = this.test.sandbox.state.insert(marker);
    await this.test.act(sid, 'complete');
    await eventually(() => this.receiver.at(path).length === 1);
  }
}
