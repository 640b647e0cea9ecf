/** A parsed log line. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly requestId?: string;
  readonly [field: string]: unknown;
}

/** Log lines with this message so far. */
export function linesOf({ logs }: { readonly logs: readonly string[] }, msg?: string): LogLine[] {
  const lines = logs.map((line) => JSON.parse(line) as LogLine);
  return msg === undefined ? lines : lines.filter((line) => line.msg === msg);
}
