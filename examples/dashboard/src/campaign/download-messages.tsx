import { useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { MessagesExportDocument } from '../generated/operations';
import { Progress } from '../ui/progress';
import { useDownload } from './use-download';

/** Offers all messages as a file, to callers that may read messages. */
export function DownloadMessages({ sid }: { sid: string }) {
  const url = useQuery(MessagesExportDocument, { variables: { sid } }).data?.campaign?.messagesExportUrl;
  return url == null ? null : <DownloadButton url={url} name={`messages-${sid}.csv`} />;
}

function DownloadButton({ url, name }: { url: string; name: string }) {
  const [isUndeliveredOnly, setUndeliveredOnly] = useState(false);
  const { download, start, cancel } = useDownload(url, name);
  const isRunning = download?.share !== undefined;
  return (
    <div className="download" role="group" aria-label="Download">
      <label>
        <input
          type="checkbox"
          checked={isUndeliveredOnly}
          disabled={isRunning}
          onChange={({ target }) => {
            setUndeliveredOnly(target.checked);
          }}
        />
        Undelivered only
      </label>
      {isRunning ? (
        <>
          <Progress share={download.share ?? 0} label="Download" />
          <button type="button" onClick={cancel}>
            Cancel
          </button>
        </>
      ) : (
        <button
          type="button"
          onClick={() => {
            start(isUndeliveredOnly);
          }}
        >
          Download CSV
        </button>
      )}
      <span role="status" className="quiet">
        {download?.isDone === true && `${download.rows} messages downloaded`}
        {download?.problem}
      </span>
    </div>
  );
}
