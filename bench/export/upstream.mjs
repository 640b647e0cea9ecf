import { createServer } from 'node:http';

/**
 * An upstream with one campaign of many messages, whose statuses change with every call. Its rows exist only while they are
 * sent.
 * @param {{ messages: number, pageMaximum: number, callsPerMinute: number, now: () => number }} options of any minute of its clock
 */
export async function startUpstream({ messages, pageMaximum, callsPerMinute, now }) {
  let [calls, refused] = [0, 0];
  const lastMinute = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://upstream');
    const atMs = now();
    while (lastMinute.length > 0 && lastMinute[0] <= atMs - 60_000) lastMinute.shift();
    if (lastMinute.length >= callsPerMinute) {
      refused += 1;
      response.writeHead(429, { 'retry-after': '1', 'content-type': 'application/json' }).end('{}');
      return;
    }
    lastMinute.push(atMs);
    calls += 1;
    const isMessages = pathname.endsWith('/message-details');
    const offset = Number(searchParams.get('offset') ?? 0);
    const limit = Math.min(Number(searchParams.get('limit') ?? 20), pageMaximum);
    const total = isMessages ? messages : 1;
    const count = Math.max(0, Math.min(limit, total - offset));
    const rows = Array.from({ length: count }, (_, index) =>
      isMessages ? message(offset + index, calls) : campaign(),
    );
    const items = rows.map((data) => ({ code: 200, status: 'success', error_data: null, data }));
    const isOne = pathname.endsWith('/c');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        request_id: 'r',
        method: 'GET',
        http_code: 200,
        ...(!isOne && { metadata: { count, offset, total, limit } }),
        response: isOne ? items[0] : items,
      }),
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    calls: () => calls,
    refused: () => refused,
    close: () => server.close(),
  };
}

const statuses = ['submitted', 'sent', 'failed', 'failed_dnd'];

function message(index, moment) {
  return {
    sid: `m${String(index).padStart(31, '0')}`,
    number: `+9198${String(index).padStart(8, '0')}`,
    name: `Customer ${index}`,
    body: `Dear customer ${index}, your order has been shipped and will arrive tomorrow.`,
    status: statuses[(index + moment) % statuses.length],
    schedule_time: '2026-05-01T15:30:00+05:30',
  };
}

function campaign() {
  return {
    sid: 'c',
    account_sid: 'acme',
    name: 'Festive offer',
    content_type: 'static',
    lists: ['l'],
    schedule: { start_time: '2026-05-01T15:30:00+05:30', end_time: '2027-06-29T15:57:00+05:30' },
    status: 'in-progress',
    sender_id: 'EXOTEL',
    sms_type: 'transactional',
    template: 'Hi',
    date_created: '2026-04-30T15:47:59+05:30',
    date_updated: '2026-04-30T15:47:59+05:30',
  };
}
