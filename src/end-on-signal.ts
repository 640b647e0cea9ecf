/** How long a close may take beside what it waits for; after that nothing is worth waiting for. */
export const overtimeMs = 8000;

const signals = ['SIGINT', 'SIGTERM'] as const;

/** Ends with exit code 0; a second signal ends the process the hard way, which is Node's own way. */
export function endOnSignal(close: () => Promise<void>, graceMs = 0): void {
  const end = (): void => {
    for (const signal of signals) process.off(signal, end);
    setTimeout(() => process.exit(0), graceMs + overtimeMs).unref();
    void close();
  };
  for (const signal of signals) process.on(signal, end);
}
