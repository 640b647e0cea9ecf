/** An operation that a newcomer finds ready in a tab of GraphiQL. */
export interface Example {
  /** The text of the tab; GraphiQL names the tab after its first operation. */
  readonly document: string;
  /** What the variables pane holds; left out where the document has no variables. */
  readonly variables?: Readonly<Record<string, unknown>>;
}
