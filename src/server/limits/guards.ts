import { type DocumentNode } from 'graphql';
import { type Caller } from '../../domain/caller.js';
import { type DocumentLimits } from './document-limits.js';
import { type RequestRate } from './request-rate.js';
import { type RunningOperations } from './running-operations.js';
import { type SentDocument, textWithoutManifest, type TrustedDocuments } from './trusted-documents.js';
import { type ValidDocuments } from './valid-documents.js';

/** What guards the operations, the same on every transport. */
export interface Guards {
  readonly documents: DocumentLimits;
  readonly valid: ValidDocuments;
  /** Undefined: any document may be run. */
  readonly trusted: TrustedDocuments | undefined;
  readonly running: RunningOperations;
  readonly rate: RequestRate;
}

/**
 * The text of what a request asks for, within the limits; undefined where it names none.
 * @throws GatewayError for what may not be run; GraphQLError for what is no GraphQL, where that had to be known.
 */
export function admittedText(sent: SentDocument, caller: Caller, guards: Guards): string | undefined {
  const { documents, trusted } = guards;
  const read = (text: string): DocumentNode => documents.parse(text);
  const text = trusted ? trusted.textOf(sent, caller, read) : textWithoutManifest(sent);
  if (text !== undefined) documents.check(text);
  return text;
}
