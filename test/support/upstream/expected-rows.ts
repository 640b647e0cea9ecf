/** A row in the upstream's spelling. */
export type UpstreamRow = Readonly<Record<string, unknown>>;

const actionsByStatus: Readonly<Record<string, readonly string[]>> = {
  created: ['UPDATE', 'PAUSE'],
  scheduled: ['UPDATE', 'PAUSE'],
  'in-progress': ['PAUSE'],
  paused: ['RESUME', 'COMPLETE'],
  completed: ['ARCHIVE'],
  archived: [],
};

const statKeys = {
  scheduled: 'scheduled',
  submitted: 'submitted',
  sent: 'sent',
  failed: 'failed',
  failedDnd: 'failed-dnd',
  failedExpired: 'failed-expired',
  failedNoAttempt: 'failed-no-attempt',
  failedNoBalance: 'failed-no-balance',
  invalid: 'invalid',
} as const;

function utc(text: unknown): string | null {
  return typeof text === 'string' ? new Date(text).toISOString() : null;
}

function word(text: unknown): string {
  return String(text).toUpperCase().replaceAll('-', '_');
}

/** The expected campaign for a client, derived from the contract and the API document only. */
export function expectedCampaign(row: UpstreamRow, fetchedAtMs: number): Record<string, unknown> {
  const schedule = row['schedule'] as UpstreamRow;
  const counts = (row['stats'] ?? {}) as Readonly<Record<string, number>>;
  const stats = Object.fromEntries(
    Object.entries(statKeys).map(([ours, theirs]) => [ours, counts[theirs] ?? 0]),
  );
  return {
    __typename: 'Campaign',
    id: row['sid'],
    sid: row['sid'],
    accountSid: row['account_sid'],
    name: row['name'],
    channel: 'SMS',
    contentType: word(row['content_type']),
    status: word(row['status']),
    upstreamStatus: row['status'],
    state: row['state'] ?? null,
    lists: (row['lists'] as string[]).map((sid) => ({ sid })),
    schedule: {
      startTime: utc(schedule['start_time']),
      endTime: utc(schedule['end_time'] ?? schedule['expiry_time']),
    },
    template: row['template'],
    smsType: word(row['sms_type']),
    senderId: row['sender_id'],
    dltEntityId: row['dlt_entitiy_id'] ?? row['dlt_entity_id'] ?? null,
    dltTemplateId: row['dlt_template_id'] ?? null,
    statusCallback: row['status_callback'] ?? null,
    smsStatusCallback: row['sms_status_callback'] ?? null,
    reportUrl: row['report_url'] ?? null,
    estimatedCost: row['estimated_cost'] ?? null,
    stats: { ...stats, total: Object.values(stats).reduce((sum, count) => sum + count, 0) },
    availableActions: actionsByStatus[String(row['status'])],
    createdAt: utc(row['date_created']),
    updatedAt: utc(row['date_updated']),
    fetchedAt: new Date(fetchedAtMs).toISOString(),
  };
}

/** The expected message for a client, derived from the contract and the API document only. */
export function expectedMessage(row: UpstreamRow): Record<string, unknown> {
  return {
    __typename: 'Message',
    id: row['sid'],
    sid: row['sid'],
    number: row['number'],
    name: row['name'] ?? null,
    body: row['body'] ?? row['message'] ?? null,
    status: word(row['status']),
    upstreamStatus: row['status'],
    detailedStatus: row['detailed_status'] ?? null,
    direction: row['direction'] ?? null,
    senderId: row['sender_id'] ?? null,
    scheduledAt: utc(row['schedule_time']),
  };
}
