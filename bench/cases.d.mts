/** What is measured: a query, and the address of the same data without GraphQL. */
export interface Case {
  readonly name: string;
  readonly query: string;
  readonly variables?: (sid: string) => { readonly sid: string };
  readonly screen: (sid: string) => string;
  readonly upstreamDelayMs?: number;
  readonly connections?: number;
}

export declare const cases: readonly Case[];
