import { useState } from 'react';
import { LoadMore } from '../ui/load-more';
import { ProblemState } from '../ui/problem-state';
import { SearchField } from '../ui/search-field';
import { Empty, Loading } from '../ui/states';
import { StatusBadge } from '../ui/status-badge';
import { DownloadMessages } from './download-messages';
import { useMessages } from './use-messages';

/** The messages of a campaign. */
export function Messages({ sid, progress }: { sid: string; progress: number }) {
  const [number, setNumber] = useState('');
  const { messages, problem, isLoading, retry, more } = useMessages(sid, number, progress);
  if (problem?.code === 'FORBIDDEN') return <ProblemState problem={problem} />;
  return (
    <>
      <div className="filters" role="search">
        <SearchField
          label="Number"
          hint="The complete number, e.g. +919812345678"
          type="tel"
          onSearch={setNumber}
        />
        <DownloadMessages sid={sid} />
      </div>
      {problem && <ProblemState problem={problem} onRetry={retry} />}
      {!messages && !problem && <Loading what="messages" />}
      <p role="status" className="quiet">
        {messages && messages.totalCount > 0 && `${messages.edges.length} of ${messages.totalCount} messages`}
      </p>
      {messages?.totalCount === 0 && (
        <Empty title={number === '' ? 'No messages yet' : 'No message to this number'} />
      )}
      {messages && messages.totalCount > 0 && (
        <div className="table" aria-busy={isLoading}>
          <table>
            <thead>
              <tr>
                <th scope="col">Number</th>
                <th scope="col">Name</th>
                <th scope="col">Status</th>
                <th scope="col">Text</th>
              </tr>
            </thead>
            <tbody>
              {messages.edges.map(({ cursor, node }) =>
                node ? (
                  <tr key={node.sid}>
                    <td>{node.number}</td>
                    <td>{node.name}</td>
                    <td title={node.detailedStatus ?? undefined}>
                      <StatusBadge status={node.status} />
                    </td>
                    <td className="text">{node.body}</td>
                  </tr>
                ) : (
                  <tr key={cursor}>
                    <td colSpan={4}>This message could not be read.</td>
                  </tr>
                ),
              )}
            </tbody>
          </table>
          {messages.pageInfo.hasNextPage && <LoadMore {...more} />}
        </div>
      )}
    </>
  );
}
