/** A line of log, as who collects logs reads it. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly requestId?: string;
  readonly [field: string]: unknown;
}

/** The lines so far whose text is this. */
export function linesOf({ logs }: { readonly logs: readonly string[] }, msg?: string): LogLine[] {
  const lines = logs.map((line) => JSON.parse(line) as LogLine);
  return msg === undefined ? lines : lines.filter((line) => line.msg === msg);
}
