import { type OperationDefinitionNode } from 'graphql';
import { type Trail, type Transport } from '../domain/trail.js';

/** How an operation ended; a subscription ends, for this, once it was accepted or refused. */
export interface OperationEnd {
  /** Codes of its errors, as the client sees them. */
  readonly codes: readonly string[];
  readonly hasData: boolean;
  /** Upstream requests made for it. */
  readonly calls?: number | undefined;
}

/** An operation that is being observed. */
export interface ObservedOperation {
  /** Notes the operation's type and name, once they are known. */
  is(definition: Pick<OperationDefinitionNode, 'operation' | 'name'>): void;
  end(end: OperationEnd): void;
}

/** The port through which the pipeline reports operations to metrics, logs and traces. */
export interface OperationObserver {
  begin(transport: Transport, trail: Trail | undefined): ObservedOperation;
  /** Reports an error of our own; the client sees none of it. */
  failed(trail: Trail | undefined, error: unknown, path?: readonly (string | number)[]): void;
}
