import { type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/sandbox.js';
import { closesAfterwards } from '../closing.js';
import { type Script, startScriptedUpstream } from '../upstream/scripted-upstream.js';
import {
  credentials,
  type GatewayParts,
  type GatewayUnderTest,
  startGatewayOn,
} from './gateway-under-test.js';

/** A sandbox and the gateway in front of it. */
export interface SandboxAndGateway {
  readonly sandbox: Sandbox;
  readonly gateway: GatewayUnderTest;
}

/** Options of the sandbox and the gateway. */
export interface SetupOptions {
  readonly sandbox?: Partial<SandboxOptions>;
  readonly gateway?: GatewayOptions;
}

/** Options of a gateway; see `startGatewayOn`. */
interface GatewayOptions extends GatewayParts {
  readonly environment?: Readonly<Record<string, string>>;
  /** The gateway's clock. */
  readonly now?: () => number;
  /** Waits between two look-ups of a lost create; by default not at all. */
  readonly sleep?: (ms: number) => Promise<unknown>;
}

/** Starts an empty sandbox and a gateway in front of it. Both close themselves. */
export async function setup({
  sandbox: options,
  gateway = {},
}: SetupOptions = {}): Promise<SandboxAndGateway> {
  const sandbox = closesAfterwards(await startSandbox({ ...credentials, seed: 'empty', ...options }));
  const { environment, now, sleep, ...parts } = gateway;
  return {
    sandbox,
    gateway: closesAfterwards(await startGatewayOn(sandbox.baseUrl, environment, now, sleep, parts)),
  };
}

/** A scripted upstream and the gateway in front of it. */
export interface ScriptedUnderTest {
  readonly gateway: GatewayUnderTest;
  /** HTTP methods of all requests so far. */
  readonly methods: () => string[];
}

/** Starts both servers. Both close themselves. */
export async function startScripted(
  script: Script,
  environment: Readonly<Record<string, string>> = {},
): Promise<ScriptedUnderTest> {
  const upstream = closesAfterwards(await startScriptedUpstream(script));
  const gateway = closesAfterwards(await startGatewayOn(upstream.baseUrl, environment));
  return { gateway, methods: () => upstream.seen.map(({ method }) => method) };
}
