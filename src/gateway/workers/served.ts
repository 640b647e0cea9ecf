import { type MetricFigures } from '../../server/metrics/metrics.js';
import { type RequestCounts } from '../../server/limits/request-counts.js';
import { type PrimaryStore } from '../../datasources/state/primary-store.js';
import { type SharedState } from '../../datasources/state/shared-state.js';
import { type RunningSandbox } from '../../config/upstream.js';
import { type WorkerLife, type WorkerReport } from '../../workers/fork-member.js';

/** What all workers must have alike, and each process would make up by itself. */
export interface SharedSettings {
  readonly webhookSecret: string;
  /** Undefined where the upstream is a live one. */
  readonly sandbox: RunningSandbox | undefined;
}

/** What a worker may ask the primary process. */
export interface ServedByPrimary extends WorkerReport, PrimaryStore {
  readonly settings: { read(): SharedSettings };
  readonly state: SharedState;
  readonly requests: RequestCounts;
  readonly bus: { say(topic: string, text: string): void };
  /** Whether it answers at all. */
  readonly pulse: { beat(): void };
  readonly metrics: { text(): Promise<string> };
}

/** What the primary may ask a worker. */
export interface ServedByWorker extends WorkerLife {
  readonly bus: { heard(topic: string, text: string): void; missed(): void };
  readonly metrics: { figures(): Promise<MetricFigures> };
}
