import { useEffect, useRef, useState } from 'react';
import { csvHeader, csvRecord } from './csv';
import { exportLines, ExportRefused } from './export-lines';

/** A download: not begun, in progress, or ended. */
export interface Download {
  readonly share?: number;
  readonly rows: number;
  readonly problem?: string;
  readonly isDone?: boolean;
}

const maximumFailures = 5;
const undelivered =
  'FAILED,FAILED_DND,FAILED_EXPIRED,FAILED_NO_ATTEMPT,FAILED_NO_BALANCE,FAILED_SPAM_DETECTED,INVALID';

/** Downloads all messages of a campaign as one file, and goes on after the last row when the connection breaks. */
export function useDownload(exportUrl: string, name: string) {
  const [download, setDownload] = useState<Download>();
  const abort = useRef<AbortController>(undefined);
  useEffect(
    () => () => {
      abort.current?.abort();
    },
    [],
  );
  const start = async (isUndeliveredOnly: boolean): Promise<void> => {
    const { signal } = (abort.current = new AbortController());
    const url = new URL(`${exportUrl}.ndjson?progress=1`);
    if (isUndeliveredOnly) url.searchParams.set('status', undelivered);
    const parts: string[] = [csvHeader];
    let window: string[] = [];
    let rows = 0;
    let problem: string | undefined;
    setDownload({ share: 0, rows });
    for (let failures = 0; failures < maximumFailures && !signal.aborted; failures += 1) {
      window = [];
      try {
        for await (const line of exportLines(url, signal)) {
          if (line.progress) {
            const { read, total, cursor } = line.progress;
            if (cursor !== null) url.searchParams.set('after', cursor);
            parts.push(window.join(''));
            rows += window.length;
            window = [];
            failures = 0;
            setDownload({ share: total === 0 ? 1 : read / total, rows });
          } else if (line.complete) {
            save(new Blob(parts, { type: 'text/csv' }), name);
            setDownload({ rows, isDone: true });
            return;
          } else if (line.complete === false)
            problem = `The gateway has ended the export: ${line.reason ?? ''}.`;
          else window.push(csvRecord(line));
        }
      } catch (error) {
        if (error instanceof ExportRefused) {
          setDownload({ rows, problem: error.message });
          return;
        }
        problem = 'The connection broke.';
      }
      await new Promise((resolve) => setTimeout(resolve, 1000 * 2 ** failures));
    }
    setDownload(signal.aborted ? undefined : { rows, problem });
  };
  return {
    download,
    start: (isUndeliveredOnly: boolean) => void start(isUndeliveredOnly),
    cancel: () => abort.current?.abort(),
  };
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
