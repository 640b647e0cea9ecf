/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> =
  T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** Action on a campaign. */
export type CampaignAction =
  /** Archive the campaign; only when completed. */
  | 'ARCHIVE'
  /** End the campaign: unsent messages fail; only when paused. */
  | 'COMPLETE'
  /** Stop sending for now; only before the start or in progress. */
  | 'PAUSE'
  /** Continue to send; only when paused. */
  | 'RESUME'
  /** Change fields of the campaign; only before the start. */
  | 'UPDATE';

/** Filter of a list of campaigns. */
export type CampaignFilter = {
  /** Part of the name, in any case: at least 3 and at most 200 characters. */
  name?: string | null | undefined;
  /** Statuses to include. All are included if this is omitted or empty. `UNKNOWN` is not valid here. */
  status?: Array<CampaignStatus> | null | undefined;
};

/** Lifecycle status of a campaign. */
export type CampaignStatus =
  /** Completed and archived. */
  | 'ARCHIVED'
  /** The campaign has ended; nothing more will be sent. */
  | 'COMPLETED'
  /** Accepted. The contact lists are being prepared. */
  | 'CREATED'
  /** Messages are being sent. */
  | 'IN_PROGRESS'
  /** Nothing is sent until the campaign is resumed. */
  | 'PAUSED'
  /** Ready. The campaign waits for its start time. */
  | 'SCHEDULED'
  /** A status that this schema does not know; `upstreamStatus` has it in the spelling of Exotel's API. Never valid as a filter. */
  | 'UNKNOWN';

/** Channel of the messages of a campaign. */
export type Channel =
  /** Text messages (SMS). */
  'SMS';

/** Whether all recipients of a campaign get the same text. */
export type ContentType =
  /** A text personalised with columns of exactly one contact list. */
  | 'DYNAMIC'
  /** The same text for all recipients, from one to five contact lists. */
  | 'STATIC'
  /** A type that this schema does not know. Never valid as input. */
  | 'UNKNOWN';

/** A new campaign. All broken rules are reported together, as user errors. */
export type CreateCampaignInput = {
  /** Channel of the messages. */
  channel?: Channel | null | undefined;
  /** Whether all recipients get the same text. */
  contentType: ContentType;
  /** Id of the DLT entity: at most 64 digits. */
  dltEntityId: string;
  /** Id of the approved DLT template: at most 64 digits. */
  dltTemplateId: string;
  /** Any text of at most 255 characters, e.g. a UUID. Repeating a create with the same key never creates a second campaign. */
  idempotencyKey?: string | null | undefined;
  /** Sids of contact lists: 1 to 5 for a static campaign, exactly 1 for a dynamic one. */
  lists: Array<string | number>;
  /** Name of the campaign: more than 3 and at most 1000 characters. A name is generated if this is omitted. */
  name?: string | null | undefined;
  /** Start and end. Default: the start is 10 minutes after creation, the end 30 days later. */
  schedule?: ScheduleInput | null | undefined;
  /** Sender that recipients see: letters only for transactional types, digits only for promotional. */
  senderId: string;
  /** Webhook for the final status of each message: an http or https URL of at most 2048 characters. */
  smsStatusCallback?: string | null | undefined;
  /** Regulatory type of the messages. */
  smsType: SmsType;
  /** Webhook for the start and the completion of the campaign: an http or https URL of at most 2048 characters. */
  statusCallback?: string | null | undefined;
  /** Text of the messages: at most 2000 characters. `@@column` inserts a column of the contact list; at most 5 different ones. */
  template: string;
};

/** What stands behind the gateway. */
export type GatewayMode =
  /** Exotel's API: campaigns are sent to people. */
  | 'LIVE'
  /** The embedded sandbox: nothing is sent. */
  | 'SANDBOX';

/** Filter of a list of messages. */
export type MessageFilter = {
  /** Complete phone number in the spelling of Exotel's API, e.g. `+919812345678`: at most 64 characters. */
  number?: string | null | undefined;
};

/** Delivery status of a message. */
export type MessageStatus =
  /** Not delivered; `detailedStatus` may have the reason. */
  | 'FAILED'
  /** Not delivered: the number is on the do-not-disturb register. */
  | 'FAILED_DND'
  /** Not delivered in time. */
  | 'FAILED_EXPIRED'
  /** Not sent: the campaign ended first. */
  | 'FAILED_NO_ATTEMPT'
  /** Not sent: the account had no balance left. */
  | 'FAILED_NO_BALANCE'
  /** Not delivered: blocked as spam. */
  | 'FAILED_SPAM_DETECTED'
  /** Not sent: the number is not valid. */
  | 'INVALID'
  /** The message waits to be sent. */
  | 'SCHEDULED'
  /** Delivered to the operator or the handset. */
  | 'SENT'
  /** Handed to the operator. */
  | 'SUBMITTED'
  /** A status that this schema does not know; `upstreamStatus` has it in the spelling of Exotel's API. */
  | 'UNKNOWN';

/** Start and end of a campaign. */
export type ScheduleInput = {
  /** End of the campaign; at least 2 hours after the start. */
  endTime?: string | null | undefined;
  /** Start of sending; at least 10 minutes from now. */
  startTime?: string | null | undefined;
};

/** Character encoding of an SMS. */
export type SmsEncoding =
  /** GSM 03.38 with its extension table: 160 characters in a single part, 153 in each of several parts. */
  | 'GSM7'
  /** Any character: 70 in a single part, 67 in each of several parts; an emoji counts as two. */
  | 'UCS2';

/** Regulatory type of messages; it decides which senders are allowed. */
export type SmsType =
  /** Advertising messages; the sender has digits only. */
  | 'PROMOTIONAL'
  /** Messages that the recipient expects; the sender has letters only. */
  | 'TRANSACTIONAL'
  /** Messages that the recipient has agreed to; the sender has letters only. */
  | 'TRANSACTIONAL_OPT_IN'
  /** A type that this schema does not know. Never valid as input. */
  | 'UNKNOWN';

/** Changes to a campaign. A field that is omitted or null stays as it is. */
export type UpdateCampaignInput = {
  /** Whether all recipients get the same text. */
  contentType?: ContentType | null | undefined;
  /** Id of the DLT entity: at most 64 digits. */
  dltEntityId?: string | null | undefined;
  /** Id of the approved DLT template: at most 64 digits. */
  dltTemplateId?: string | null | undefined;
  /** Sids of the contact lists that replace the current ones. */
  lists?: Array<string | number> | null | undefined;
  /** New name: more than 3 and at most 1000 characters. */
  name?: string | null | undefined;
  /** New start and end. */
  schedule?: ScheduleInput | null | undefined;
  /** Sender that recipients see. */
  senderId?: string | null | undefined;
  /** Webhook for the final status of each message: an http or https URL of at most 2048 characters. */
  smsStatusCallback?: string | null | undefined;
  /** Regulatory type of the messages. */
  smsType?: SmsType | null | undefined;
  /** Webhook for the start and the completion of the campaign: an http or https URL of at most 2048 characters. */
  statusCallback?: string | null | undefined;
  /** Text of the messages: at most 2000 characters. */
  template?: string | null | undefined;
};

/** Machine-readable reason of a user error. */
export type UserErrorCode =
  /** The campaign is in a status that does not allow this. */
  | 'ACTION_NOT_ALLOWED'
  /** A required value is missing or blank. */
  | 'BLANK'
  /** The value exists already, or was given twice. */
  | 'DUPLICATE'
  /** The idempotency key was used before with a different input. */
  | 'IDEMPOTENCY_KEY_REUSED'
  /** The value does not have the required form. */
  | 'INVALID'
  /** There is no such campaign. */
  | 'NOT_FOUND'
  /** Exotel's API refused the value for a reason of its own. */
  | 'REJECTED_BY_UPSTREAM'
  /** The time must be later. */
  | 'TOO_EARLY'
  /** Too few items. */
  | 'TOO_FEW'
  /** Too many characters. */
  | 'TOO_LONG'
  /** Too many items. */
  | 'TOO_MANY'
  /** Too few characters. */
  | 'TOO_SHORT';

export type CampaignDetailsFragment = {
  id: string;
  sid: string;
  name: string;
  status: CampaignStatus;
  upstreamStatus: string;
  contentType: ContentType;
  smsType: SmsType;
  senderId: string;
  template: string;
  dltEntityId: string | null;
  dltTemplateId: string | null;
  estimatedCost: number | null;
  reportUrl: string | null;
  statusCallback: string | null;
  smsStatusCallback: string | null;
  availableActions: Array<CampaignAction>;
  createdAt: string;
  fetchedAt: string;
  lists: Array<{ id: string; sid: string }>;
  schedule: { startTime: string | null; endTime: string | null };
  stats: {
    scheduled: number;
    submitted: number;
    sent: number;
    failed: number;
    failedDnd: number;
    failedExpired: number;
    failedNoAttempt: number;
    failedNoBalance: number;
    invalid: number;
    pending: number;
    undelivered: number;
    total: number;
    progress: number;
  };
};

export type CampaignQueryVariables = Exact<{
  sid: string | number;
}>;

export type CampaignQuery = {
  campaign: {
    id: string;
    sid: string;
    name: string;
    status: CampaignStatus;
    upstreamStatus: string;
    contentType: ContentType;
    smsType: SmsType;
    senderId: string;
    template: string;
    dltEntityId: string | null;
    dltTemplateId: string | null;
    estimatedCost: number | null;
    reportUrl: string | null;
    statusCallback: string | null;
    smsStatusCallback: string | null;
    availableActions: Array<CampaignAction>;
    createdAt: string;
    fetchedAt: string;
    lists: Array<{ id: string; sid: string }>;
    schedule: { startTime: string | null; endTime: string | null };
    stats: {
      scheduled: number;
      submitted: number;
      sent: number;
      failed: number;
      failedDnd: number;
      failedExpired: number;
      failedNoAttempt: number;
      failedNoBalance: number;
      invalid: number;
      pending: number;
      undelivered: number;
      total: number;
      progress: number;
    };
  } | null;
};

export type CampaignUpdatedSubscriptionVariables = Exact<{
  sid: string | number;
}>;

export type CampaignUpdatedSubscription = {
  campaignUpdated: {
    id: string;
    sid: string;
    name: string;
    status: CampaignStatus;
    upstreamStatus: string;
    contentType: ContentType;
    smsType: SmsType;
    senderId: string;
    template: string;
    dltEntityId: string | null;
    dltTemplateId: string | null;
    estimatedCost: number | null;
    reportUrl: string | null;
    statusCallback: string | null;
    smsStatusCallback: string | null;
    availableActions: Array<CampaignAction>;
    createdAt: string;
    fetchedAt: string;
    lists: Array<{ id: string; sid: string }>;
    schedule: { startTime: string | null; endTime: string | null };
    stats: {
      scheduled: number;
      submitted: number;
      sent: number;
      failed: number;
      failedDnd: number;
      failedExpired: number;
      failedNoAttempt: number;
      failedNoBalance: number;
      invalid: number;
      pending: number;
      undelivered: number;
      total: number;
      progress: number;
    };
  };
};

export type MessagesQueryVariables = Exact<{
  sid: string | number;
  first: number;
  after?: string | null | undefined;
  filter?: MessageFilter | null | undefined;
}>;

export type MessagesQuery = {
  campaign: {
    id: string;
    sid: string;
    messages: {
      totalCount: number;
      edges: Array<{
        cursor: string;
        node: {
          id: string;
          sid: string;
          number: string;
          name: string | null;
          status: MessageStatus;
          detailedStatus: string | null;
          body: string | null;
        } | null;
      }>;
      pageInfo: { endCursor: string | null; hasNextPage: boolean };
    } | null;
  } | null;
};

export type MessagesExportQueryVariables = Exact<{
  sid: string | number;
}>;

export type MessagesExportQuery = {
  campaign: { id: string; sid: string; messagesExportUrl: string | null } | null;
};

export type MessageStatusChangedSubscriptionVariables = Exact<{
  sid: string | number;
}>;

export type MessageStatusChangedSubscription = {
  messageStatusChanged: { messageSid: string; status: MessageStatus };
};

export type PauseMutationVariables = Exact<{
  sid: string | number;
}>;

export type PauseMutation = {
  payload: {
    campaign: {
      id: string;
      sid: string;
      name: string;
      status: CampaignStatus;
      upstreamStatus: string;
      contentType: ContentType;
      smsType: SmsType;
      senderId: string;
      template: string;
      dltEntityId: string | null;
      dltTemplateId: string | null;
      estimatedCost: number | null;
      reportUrl: string | null;
      statusCallback: string | null;
      smsStatusCallback: string | null;
      availableActions: Array<CampaignAction>;
      createdAt: string;
      fetchedAt: string;
      lists: Array<{ id: string; sid: string }>;
      schedule: { startTime: string | null; endTime: string | null };
      stats: {
        scheduled: number;
        submitted: number;
        sent: number;
        failed: number;
        failedDnd: number;
        failedExpired: number;
        failedNoAttempt: number;
        failedNoBalance: number;
        invalid: number;
        pending: number;
        undelivered: number;
        total: number;
        progress: number;
      };
    } | null;
    userErrors: Array<{ code: UserErrorCode; message: string }>;
  };
};

export type ResumeMutationVariables = Exact<{
  sid: string | number;
}>;

export type ResumeMutation = {
  payload: {
    campaign: {
      id: string;
      sid: string;
      name: string;
      status: CampaignStatus;
      upstreamStatus: string;
      contentType: ContentType;
      smsType: SmsType;
      senderId: string;
      template: string;
      dltEntityId: string | null;
      dltTemplateId: string | null;
      estimatedCost: number | null;
      reportUrl: string | null;
      statusCallback: string | null;
      smsStatusCallback: string | null;
      availableActions: Array<CampaignAction>;
      createdAt: string;
      fetchedAt: string;
      lists: Array<{ id: string; sid: string }>;
      schedule: { startTime: string | null; endTime: string | null };
      stats: {
        scheduled: number;
        submitted: number;
        sent: number;
        failed: number;
        failedDnd: number;
        failedExpired: number;
        failedNoAttempt: number;
        failedNoBalance: number;
        invalid: number;
        pending: number;
        undelivered: number;
        total: number;
        progress: number;
      };
    } | null;
    userErrors: Array<{ code: UserErrorCode; message: string }>;
  };
};

export type CompleteMutationVariables = Exact<{
  sid: string | number;
}>;

export type CompleteMutation = {
  payload: {
    campaign: {
      id: string;
      sid: string;
      name: string;
      status: CampaignStatus;
      upstreamStatus: string;
      contentType: ContentType;
      smsType: SmsType;
      senderId: string;
      template: string;
      dltEntityId: string | null;
      dltTemplateId: string | null;
      estimatedCost: number | null;
      reportUrl: string | null;
      statusCallback: string | null;
      smsStatusCallback: string | null;
      availableActions: Array<CampaignAction>;
      createdAt: string;
      fetchedAt: string;
      lists: Array<{ id: string; sid: string }>;
      schedule: { startTime: string | null; endTime: string | null };
      stats: {
        scheduled: number;
        submitted: number;
        sent: number;
        failed: number;
        failedDnd: number;
        failedExpired: number;
        failedNoAttempt: number;
        failedNoBalance: number;
        invalid: number;
        pending: number;
        undelivered: number;
        total: number;
        progress: number;
      };
    } | null;
    userErrors: Array<{ code: UserErrorCode; message: string }>;
  };
};

export type ArchiveMutationVariables = Exact<{
  sid: string | number;
}>;

export type ArchiveMutation = {
  payload: {
    campaign: {
      id: string;
      sid: string;
      name: string;
      status: CampaignStatus;
      upstreamStatus: string;
      contentType: ContentType;
      smsType: SmsType;
      senderId: string;
      template: string;
      dltEntityId: string | null;
      dltTemplateId: string | null;
      estimatedCost: number | null;
      reportUrl: string | null;
      statusCallback: string | null;
      smsStatusCallback: string | null;
      availableActions: Array<CampaignAction>;
      createdAt: string;
      fetchedAt: string;
      lists: Array<{ id: string; sid: string }>;
      schedule: { startTime: string | null; endTime: string | null };
      stats: {
        scheduled: number;
        submitted: number;
        sent: number;
        failed: number;
        failedDnd: number;
        failedExpired: number;
        failedNoAttempt: number;
        failedNoBalance: number;
        invalid: number;
        pending: number;
        undelivered: number;
        total: number;
        progress: number;
      };
    } | null;
    userErrors: Array<{ code: UserErrorCode; message: string }>;
  };
};

export type CampaignRowFragment = {
  id: string;
  sid: string;
  name: string;
  status: CampaignStatus;
  fetchedAt: string;
  schedule: { startTime: string | null };
  stats: { sent: number; undelivered: number; pending: number; total: number; progress: number };
};

export type CampaignsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: CampaignFilter | null | undefined;
}>;

export type CampaignsQuery = {
  campaigns: {
    totalCount: number;
    edges: Array<{
      cursor: string;
      node: {
        id: string;
        sid: string;
        name: string;
        status: CampaignStatus;
        fetchedAt: string;
        schedule: { startTime: string | null };
        stats: { sent: number; undelivered: number; pending: number; total: number; progress: number };
      } | null;
    }>;
    pageInfo: { endCursor: string | null; hasNextPage: boolean };
  };
};

export type CampaignRowUpdatedSubscriptionVariables = Exact<{
  sid: string | number;
}>;

export type CampaignRowUpdatedSubscription = {
  campaignUpdated: {
    id: string;
    sid: string;
    name: string;
    status: CampaignStatus;
    fetchedAt: string;
    schedule: { startTime: string | null };
    stats: { sent: number; undelivered: number; pending: number; total: number; progress: number };
  };
};

export type ValidateCampaignQueryVariables = Exact<{
  input: CreateCampaignInput;
}>;

export type ValidateCampaignQuery = {
  validateCampaign: {
    valid: boolean;
    variables: Array<string>;
    encoding: SmsEncoding;
    segments: number;
    userErrors: Array<{ code: UserErrorCode; message: string; field: Array<string> | null }>;
  };
};

export type CreateCampaignMutationVariables = Exact<{
  input: CreateCampaignInput;
}>;

export type CreateCampaignMutation = {
  payload: {
    campaign: {
      id: string;
      sid: string;
      name: string;
      status: CampaignStatus;
      upstreamStatus: string;
      contentType: ContentType;
      smsType: SmsType;
      senderId: string;
      template: string;
      dltEntityId: string | null;
      dltTemplateId: string | null;
      estimatedCost: number | null;
      reportUrl: string | null;
      statusCallback: string | null;
      smsStatusCallback: string | null;
      availableActions: Array<CampaignAction>;
      createdAt: string;
      fetchedAt: string;
      lists: Array<{ id: string; sid: string }>;
      schedule: { startTime: string | null; endTime: string | null };
      stats: {
        scheduled: number;
        submitted: number;
        sent: number;
        failed: number;
        failedDnd: number;
        failedExpired: number;
        failedNoAttempt: number;
        failedNoBalance: number;
        invalid: number;
        pending: number;
        undelivered: number;
        total: number;
        progress: number;
      };
    } | null;
    userErrors: Array<{ code: UserErrorCode; message: string; field: Array<string> | null }>;
  };
};

export type UpdateCampaignMutationVariables = Exact<{
  sid: string | number;
  input: UpdateCampaignInput;
}>;

export type UpdateCampaignMutation = {
  payload: {
    campaign: {
      id: string;
      sid: string;
      name: string;
      status: CampaignStatus;
      upstreamStatus: string;
      contentType: ContentType;
      smsType: SmsType;
      senderId: string;
      template: string;
      dltEntityId: string | null;
      dltTemplateId: string | null;
      estimatedCost: number | null;
      reportUrl: string | null;
      statusCallback: string | null;
      smsStatusCallback: string | null;
      availableActions: Array<CampaignAction>;
      createdAt: string;
      fetchedAt: string;
      lists: Array<{ id: string; sid: string }>;
      schedule: { startTime: string | null; endTime: string | null };
      stats: {
        scheduled: number;
        submitted: number;
        sent: number;
        failed: number;
        failedDnd: number;
        failedExpired: number;
        failedNoAttempt: number;
        failedNoBalance: number;
        invalid: number;
        pending: number;
        undelivered: number;
        total: number;
        progress: number;
      };
    } | null;
    userErrors: Array<{ code: UserErrorCode; message: string; field: Array<string> | null }>;
  };
};

export type GatewayQueryVariables = Exact<{ [key: string]: never }>;

export type GatewayQuery = {
  campaignGateway: {
    version: string;
    mode: GatewayMode;
    region: string | null;
    accountSid: string;
    scopes: Array<string>;
    budget: { limit: number; remaining: number; resetsAt: string } | null;
  };
};

export const CampaignDetailsFragmentDoc = {
  kind: 'Document',
  definitions: [
    {
      kind: 'FragmentDefinition',
      name: { kind: 'Name', value: 'CampaignDetails' },
      typeCondition: { kind: 'NamedType', name: { kind: 'Name', value: 'Campaign' } },
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          { kind: 'Field', name: { kind: 'Name', value: 'id' } },
          { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
          { kind: 'Field', name: { kind: 'Name', value: 'name' } },
          { kind: 'Field', name: { kind: 'Name', value: 'status' } },
          { kind: 'Field', name: { kind: 'Name', value: 'upstreamStatus' } },
          { kind: 'Field', name: { kind: 'Name', value: 'contentType' } },
          { kind: 'Field', name: { kind: 'Name', value: 'smsType' } },
          { kind: 'Field', name: { kind: 'Name', value: 'senderId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'template' } },
          { kind: 'Field', name: { kind: 'Name', value: 'dltEntityId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'dltTemplateId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'estimatedCost' } },
          { kind: 'Field', name: { kind: 'Name', value: 'reportUrl' } },
          { kind: 'Field', name: { kind: 'Name', value: 'statusCallback' } },
          { kind: 'Field', name: { kind: 'Name', value: 'smsStatusCallback' } },
          { kind: 'Field', name: { kind: 'Name', value: 'availableActions' } },
          { kind: 'Field', name: { kind: 'Name', value: 'createdAt' } },
          { kind: 'Field', name: { kind: 'Name', value: 'fetchedAt' } },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'lists' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'id' } },
                { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
              ],
            },
          },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'schedule' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'startTime' } },
                { kind: 'Field', name: { kind: 'Name', value: 'endTime' } },
              ],
            },
          },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'stats' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'scheduled' } },
                { kind: 'Field', name: { kind: 'Name', value: 'submitted' } },
                { kind: 'Field', name: { kind: 'Name', value: 'sent' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failed' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedDnd' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedExpired' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedNoAttempt' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedNoBalance' } },
                { kind: 'Field', name: { kind: 'Name', value: 'invalid' } },
                { kind: 'Field', name: { kind: 'Name', value: 'pending' } },
                { kind: 'Field', name: { kind: 'Name', value: 'undelivered' } },
                { kind: 'Field', name: { kind: 'Name', value: 'total' } },
                { kind: 'Field', name: { kind: 'Name', value: 'progress' } },
              ],
            },
          },
        ],
      },
    },
  ],
} as unknown as DocumentNode<CampaignDetailsFragment, unknown>;
export const CampaignRowFragmentDoc = {
  kind: 'Document',
  definitions: [
    {
      kind: 'FragmentDefinition',
      name: { kind: 'Name', value: 'CampaignRow' },
      typeCondition: { kind: 'NamedType', name: { kind: 'Name', value: 'Campaign' } },
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          { kind: 'Field', name: { kind: 'Name', value: 'id' } },
          { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
          { kind: 'Field', name: { kind: 'Name', value: 'name' } },
          { kind: 'Field', name: { kind: 'Name', value: 'status' } },
          { kind: 'Field', name: { kind: 'Name', value: 'fetchedAt' } },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'schedule' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [{ kind: 'Field', name: { kind: 'Name', value: 'startTime' } }],
            },
          },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'stats' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'sent' } },
                { kind: 'Field', name: { kind: 'Name', value: 'undelivered' } },
                { kind: 'Field', name: { kind: 'Name', value: 'pending' } },
                { kind: 'Field', name: { kind: 'Name', value: 'total' } },
                { kind: 'Field', name: { kind: 'Name', value: 'progress' } },
              ],
            },
          },
        ],
      },
    },
  ],
} as unknown as DocumentNode<CampaignRowFragment, unknown>;
export const CampaignDocument = {
  kind: 'Document',
  definitions: [
    {
      kind: 'OperationDefinition',
      operation: 'query',
      name: { kind: 'Name', value: 'Campaign' },
      variableDefinitions: [
        {
          kind: 'VariableDefinition',
          variable: { kind: 'Variable', name: { kind: 'Name', value: 'sid' } },
          type: { kind: 'NonNullType', type: { kind: 'NamedType', name: { kind: 'Name', value: 'ID' } } },
        },
      ],
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'campaign' },
            arguments: [
              {
                kind: 'Argument',
                name: { kind: 'Name', value: 'sid' },
                value: { kind: 'Variable', name: { kind: 'Name', value: 'sid' } },
              },
            ],
            selectionSet: {
              kind: 'SelectionSet',
              selections: [{ kind: 'FragmentSpread', name: { kind: 'Name', value: 'CampaignDetails' } }],
            },
          },
        ],
      },
    },
    {
      kind: 'FragmentDefinition',
      name: { kind: 'Name', value: 'CampaignDetails' },
      typeCondition: { kind: 'NamedType', name: { kind: 'Name', value: 'Campaign' } },
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          { kind: 'Field', name: { kind: 'Name', value: 'id' } },
          { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
          { kind: 'Field', name: { kind: 'Name', value: 'name' } },
          { kind: 'Field', name: { kind: 'Name', value: 'status' } },
          { kind: 'Field', name: { kind: 'Name', value: 'upstreamStatus' } },
          { kind: 'Field', name: { kind: 'Name', value: 'contentType' } },
          { kind: 'Field', name: { kind: 'Name', value: 'smsType' } },
          { kind: 'Field', name: { kind: 'Name', value: 'senderId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'template' } },
          { kind: 'Field', name: { kind: 'Name', value: 'dltEntityId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'dltTemplateId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'estimatedCost' } },
          { kind: 'Field', name: { kind: 'Name', value: 'reportUrl' } },
          { kind: 'Field', name: { kind: 'Name', value: 'statusCallback' } },
          { kind: 'Field', name: { kind: 'Name', value: 'smsStatusCallback' } },
          { kind: 'Field', name: { kind: 'Name', value: 'availableActions' } },
          { kind: 'Field', name: { kind: 'Name', value: 'createdAt' } },
          { kind: 'Field', name: { kind: 'Name', value: 'fetchedAt' } },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'lists' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'id' } },
                { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
              ],
            },
          },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'schedule' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'startTime' } },
                { kind: 'Field', name: { kind: 'Name', value: 'endTime' } },
              ],
            },
          },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'stats' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'scheduled' } },
                { kind: 'Field', name: { kind: 'Name', value: 'submitted' } },
                { kind: 'Field', name: { kind: 'Name', value: 'sent' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failed' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedDnd' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedExpired' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedNoAttempt' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedNoBalance' } },
                { kind: 'Field', name: { kind: 'Name', value: 'invalid' } },
                { kind: 'Field', name: { kind: 'Name', value: 'pending' } },
                { kind: 'Field', name: { kind: 'Name', value: 'undelivered' } },
                { kind: 'Field', name: { kind: 'Name', value: 'total' } },
                { kind: 'Field', name: { kind: 'Name', value: 'progress' } },
              ],
            },
          },
        ],
      },
    },
  ],
} as unknown as DocumentNode<CampaignQuery, CampaignQueryVariables>;
export const CampaignUpdatedDocument = {
  kind: 'Document',
  definitions: [
    {
      kind: 'OperationDefinition',
      operation: 'subscription',
      name: { kind: 'Name', value: 'CampaignUpdated' },
      variableDefinitions: [
        {
          kind: 'VariableDefinition',
          variable: { kind: 'Variable', name: { kind: 'Name', value: 'sid' } },
          type: { kind: 'NonNullType', type: { kind: 'NamedType', name: { kind: 'Name', value: 'ID' } } },
        },
      ],
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'campaignUpdated' },
            arguments: [
              {
                kind: 'Argument',
                name: { kind: 'Name', value: 'sid' },
                value: { kind: 'Variable', name: { kind: 'Name', value: 'sid' } },
              },
              {
                kind: 'Argument',
                name: { kind: 'Name', value: 'sendCurrent' },
                value: { kind: 'BooleanValue', value: true },
              },
            ],
            selectionSet: {
              kind: 'SelectionSet',
              selections: [{ kind: 'FragmentSpread', name: { kind: 'Name', value: 'CampaignDetails' } }],
            },
          },
        ],
      },
    },
    {
      kind: 'FragmentDefinition',
      name: { kind: 'Name', value: 'CampaignDetails' },
      typeCondition: { kind: 'NamedType', name: { kind: 'Name', value: 'Campaign' } },
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          { kind: 'Field', name: { kind: 'Name', value: 'id' } },
          { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
          { kind: 'Field', name: { kind: 'Name', value: 'name' } },
          { kind: 'Field', name: { kind: 'Name', value: 'status' } },
          { kind: 'Field', name: { kind: 'Name', value: 'upstreamStatus' } },
          { kind: 'Field', name: { kind: 'Name', value: 'contentType' } },
          { kind: 'Field', name: { kind: 'Name', value: 'smsType' } },
          { kind: 'Field', name: { kind: 'Name', value: 'senderId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'template' } },
          { kind: 'Field', name: { kind: 'Name', value: 'dltEntityId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'dltTemplateId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'estimatedCost' } },
          { kind: 'Field', name: { kind: 'Name', value: 'reportUrl' } },
          { kind: 'Field', name: { kind: 'Name', value: 'statusCallback' } },
          { kind: 'Field', name: { kind: 'Name', value: 'smsStatusCallback' } },
          { kind: 'Field', name: { kind: 'Name', value: 'availableActions' } },
          { kind: 'Field', name: { kind: 'Name', value: 'createdAt' } },
          { kind: 'Field', name: { kind: 'Name', value: 'fetchedAt' } },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'lists' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'id' } },
                { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
              ],
            },
          },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'schedule' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'startTime' } },
                { kind: 'Field', name: { kind: 'Name', value: 'endTime' } },
              ],
            },
          },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'stats' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'scheduled' } },
                { kind: 'Field', name: { kind: 'Name', value: 'submitted' } },
                { kind: 'Field', name: { kind: 'Name', value: 'sent' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failed' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedDnd' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedExpired' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedNoAttempt' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedNoBalance' } },
                { kind: 'Field', name: { kind: 'Name', value: 'invalid' } },
                { kind: 'Field', name: { kind: 'Name', value: 'pending' } },
                { kind: 'Field', name: { kind: 'Name', value: 'undelivered' } },
                { kind: 'Field', name: { kind: 'Name', value: 'total' } },
                { kind: 'Field', name: { kind: 'Name', value: 'progress' } },
              ],
            },
          },
        ],
      },
    },
  ],
} as unknown as DocumentNode<CampaignUpdatedSubscription, CampaignUpdatedSubscriptionVariables>;
export const MessagesDocument = {
  kind: 'Document',
  definitions: [
    {
      kind: 'OperationDefinition',
      operation: 'query',
      name: { kind: 'Name', value: 'Messages' },
      variableDefinitions: [
        {
          kind: 'VariableDefinition',
          variable: { kind: 'Variable', name: { kind: 'Name', value: 'sid' } },
          type: { kind: 'NonNullType', type: { kind: 'NamedType', name: { kind: 'Name', value: 'ID' } } },
        },
        {
          kind: 'VariableDefinition',
          variable: { kind: 'Variable', name: { kind: 'Name', value: 'first' } },
          type: { kind: 'NonNullType', type: { kind: 'NamedType', name: { kind: 'Name', value: 'Int' } } },
        },
        {
          kind: 'VariableDefinition',
          variable: { kind: 'Variable', name: { kind: 'Name', value: 'after' } },
          type: { kind: 'NamedType', name: { kind: 'Name', value: 'String' } },
        },
        {
          kind: 'VariableDefinition',
          variable: { kind: 'Variable', name: { kind: 'Name', value: 'filter' } },
          type: { kind: 'NamedType', name: { kind: 'Name', value: 'MessageFilter' } },
        },
      ],
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'campaign' },
            arguments: [
              {
                kind: 'Argument',
                name: { kind: 'Name', value: 'sid' },
                value: { kind: 'Variable', name: { kind: 'Name', value: 'sid' } },
              },
            ],
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'id' } },
                { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
                {
                  kind: 'Field',
                  name: { kind: 'Name', value: 'messages' },
                  arguments: [
                    {
                      kind: 'Argument',
                      name: { kind: 'Name', value: 'first' },
                      value: { kind: 'Variable', name: { kind: 'Name', value: 'first' } },
                    },
                    {
                      kind: 'Argument',
                      name: { kind: 'Name', value: 'after' },
                      value: { kind: 'Variable', name: { kind: 'Name', value: 'after' } },
                    },
                    {
                      kind: 'Argument',
                      name: { kind: 'Name', value: 'filter' },
                      value: { kind: 'Variable', name: { kind: 'Name', value: 'filter' } },
                    },
                  ],
                  selectionSet: {
                    kind: 'SelectionSet',
                    selections: [
                      {
                        kind: 'Field',
                        name: { kind: 'Name', value: 'edges' },
                        selectionSet: {
                          kind: 'SelectionSet',
                          selections: [
                            { kind: 'Field', name: { kind: 'Name', value: 'cursor' } },
                            {
                              kind: 'Field',
                              name: { kind: 'Name', value: 'node' },
                              selectionSet: {
                                kind: 'SelectionSet',
                                selections: [
                                  { kind: 'Field', name: { kind: 'Name', value: 'id' } },
                                  { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
                                  { kind: 'Field', name: { kind: 'Name', value: 'number' } },
                                  { kind: 'Field', name: { kind: 'Name', value: 'name' } },
                                  { kind: 'Field', name: { kind: 'Name', value: 'status' } },
                                  { kind: 'Field', name: { kind: 'Name', value: 'detailedStatus' } },
                                  { kind: 'Field', name: { kind: 'Name', value: 'body' } },
                                ],
                              },
                            },
                          ],
                        },
                      },
                      {
                        kind: 'Field',
                        name: { kind: 'Name', value: 'pageInfo' },
                        selectionSet: {
                          kind: 'SelectionSet',
                          selections: [
                            { kind: 'Field', name: { kind: 'Name', value: 'endCursor' } },
                            { kind: 'Field', name: { kind: 'Name', value: 'hasNextPage' } },
                          ],
                        },
                      },
                      { kind: 'Field', name: { kind: 'Name', value: 'totalCount' } },
                    ],
                  },
                },
              ],
            },
          },
        ],
      },
    },
  ],
} as unknown as DocumentNode<MessagesQuery, MessagesQueryVariables>;
export const MessagesExportDocument = {
  kind: 'Document',
  definitions: [
    {
      kind: 'OperationDefinition',
      operation: 'query',
      name: { kind: 'Name', value: 'MessagesExport' },
      variableDefinitions: [
        {
          kind: 'VariableDefinition',
          variable: { kind: 'Variable', name: { kind: 'Name', value: 'sid' } },
          type: { kind: 'NonNullType', type: { kind: 'NamedType', name: { kind: 'Name', value: 'ID' } } },
        },
      ],
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'campaign' },
            arguments: [
              {
                kind: 'Argument',
                name: { kind: 'Name', value: 'sid' },
                value: { kind: 'Variable', name: { kind: 'Name', value: 'sid' } },
              },
            ],
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'id' } },
                { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
                { kind: 'Field', name: { kind: 'Name', value: 'messagesExportUrl' } },
              ],
            },
          },
        ],
      },
    },
  ],
} as unknown as DocumentNode<MessagesExportQuery, MessagesExportQueryVariables>;
export const MessageStatusChangedDocument = {
  kind: 'Document',
  definitions: [
    {
      kind: 'OperationDefinition',
      operation: 'subscription',
      name: { kind: 'Name', value: 'MessageStatusChanged' },
      variableDefinitions: [
        {
          kind: 'VariableDefinition',
          variable: { kind: 'Variable', name: { kind: 'Name', value: 'sid' } },
          type: { kind: 'NonNullType', type: { kind: 'NamedType', name: { kind: 'Name', value: 'ID' } } },
        },
      ],
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'messageStatusChanged' },
            arguments: [
              {
                kind: 'Argument',
                name: { kind: 'Name', value: 'campaignSid' },
                value: { kind: 'Variable', name: { kind: 'Name', value: 'sid' } },
              },
            ],
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'messageSid' } },
                { kind: 'Field', name: { kind: 'Name', value: 'status' } },
              ],
            },
          },
        ],
      },
    },
  ],
} as unknown as DocumentNode<MessageStatusChangedSubscription, MessageStatusChangedSubscriptionVariables>;
export const PauseDocument = {
  kind: 'Document',
  definitions: [
    {
      kind: 'OperationDefinition',
      operation: 'mutation',
      name: { kind: 'Name', value: 'Pause' },
      variableDefinitions: [
        {
          kind: 'VariableDefinition',
          variable: { kind: 'Variable', name: { kind: 'Name', value: 'sid' } },
          type: { kind: 'NonNullType', type: { kind: 'NamedType', name: { kind: 'Name', value: 'ID' } } },
        },
      ],
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          {
            kind: 'Field',
            alias: { kind: 'Name', value: 'payload' },
            name: { kind: 'Name', value: 'pauseCampaign' },
            arguments: [
              {
                kind: 'Argument',
                name: { kind: 'Name', value: 'sid' },
                value: { kind: 'Variable', name: { kind: 'Name', value: 'sid' } },
              },
            ],
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                {
                  kind: 'Field',
                  name: { kind: 'Name', value: 'campaign' },
                  selectionSet: {
                    kind: 'SelectionSet',
                    selections: [
                      { kind: 'FragmentSpread', name: { kind: 'Name', value: 'CampaignDetails' } },
                    ],
                  },
                },
                {
                  kind: 'Field',
                  name: { kind: 'Name', value: 'userErrors' },
                  selectionSet: {
                    kind: 'SelectionSet',
                    selections: [
                      { kind: 'Field', name: { kind: 'Name', value: 'code' } },
                      { kind: 'Field', name: { kind: 'Name', value: 'message' } },
                    ],
                  },
                },
              ],
            },
          },
        ],
      },
    },
    {
      kind: 'FragmentDefinition',
      name: { kind: 'Name', value: 'CampaignDetails' },
      typeCondition: { kind: 'NamedType', name: { kind: 'Name', value: 'Campaign' } },
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          { kind: 'Field', name: { kind: 'Name', value: 'id' } },
          { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
          { kind: 'Field', name: { kind: 'Name', value: 'name' } },
          { kind: 'Field', name: { kind: 'Name', value: 'status' } },
          { kind: 'Field', name: { kind: 'Name', value: 'upstreamStatus' } },
          { kind: 'Field', name: { kind: 'Name', value: 'contentType' } },
          { kind: 'Field', name: { kind: 'Name', value: 'smsType' } },
          { kind: 'Field', name: { kind: 'Name', value: 'senderId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'template' } },
          { kind: 'Field', name: { kind: 'Name', value: 'dltEntityId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'dltTemplateId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'estimatedCost' } },
          { kind: 'Field', name: { kind: 'Name', value: 'reportUrl' } },
          { kind: 'Field', name: { kind: 'Name', value: 'statusCallback' } },
          { kind: 'Field', name: { kind: 'Name', value: 'smsStatusCallback' } },
          { kind: 'Field', name: { kind: 'Name', value: 'availableActions' } },
          { kind: 'Field', name: { kind: 'Name', value: 'createdAt' } },
          { kind: 'Field', name: { kind: 'Name', value: 'fetchedAt' } },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'lists' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'id' } },
                { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
              ],
            },
          },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'schedule' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'startTime' } },
                { kind: 'Field', name: { kind: 'Name', value: 'endTime' } },
              ],
            },
          },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'stats' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'scheduled' } },
                { kind: 'Field', name: { kind: 'Name', value: 'submitted' } },
                { kind: 'Field', name: { kind: 'Name', value: 'sent' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failed' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedDnd' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedExpired' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedNoAttempt' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedNoBalance' } },
                { kind: 'Field', name: { kind: 'Name', value: 'invalid' } },
                { kind: 'Field', name: { kind: 'Name', value: 'pending' } },
                { kind: 'Field', name: { kind: 'Name', value: 'undelivered' } },
                { kind: 'Field', name: { kind: 'Name', value: 'total' } },
                { kind: 'Field', name: { kind: 'Name', value: 'progress' } },
              ],
            },
          },
        ],
      },
    },
  ],
} as unknown as DocumentNode<PauseMutation, PauseMutationVariables>;
export const ResumeDocument = {
  kind: 'Document',
  definitions: [
    {
      kind: 'OperationDefinition',
      operation: 'mutation',
      name: { kind: 'Name', value: 'Resume' },
      variableDefinitions: [
        {
          kind: 'VariableDefinition',
          variable: { kind: 'Variable', name: { kind: 'Name', value: 'sid' } },
          type: { kind: 'NonNullType', type: { kind: 'NamedType', name: { kind: 'Name', value: 'ID' } } },
        },
      ],
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          {
            kind: 'Field',
            alias: { kind: 'Name', value: 'payload' },
            name: { kind: 'Name', value: 'resumeCampaign' },
            arguments: [
              {
                kind: 'Argument',
                name: { kind: 'Name', value: 'sid' },
                value: { kind: 'Variable', name: { kind: 'Name', value: 'sid' } },
              },
            ],
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                {
                  kind: 'Field',
                  name: { kind: 'Name', value: 'campaign' },
                  selectionSet: {
                    kind: 'SelectionSet',
                    selections: [
                      { kind: 'FragmentSpread', name: { kind: 'Name', value: 'CampaignDetails' } },
                    ],
                  },
                },
                {
                  kind: 'Field',
                  name: { kind: 'Name', value: 'userErrors' },
                  selectionSet: {
                    kind: 'SelectionSet',
                    selections: [
                      { kind: 'Field', name: { kind: 'Name', value: 'code' } },
                      { kind: 'Field', name: { kind: 'Name', value: 'message' } },
                    ],
                  },
                },
              ],
            },
          },
        ],
      },
    },
    {
      kind: 'FragmentDefinition',
      name: { kind: 'Name', value: 'CampaignDetails' },
      typeCondition: { kind: 'NamedType', name: { kind: 'Name', value: 'Campaign' } },
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          { kind: 'Field', name: { kind: 'Name', value: 'id' } },
          { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
          { kind: 'Field', name: { kind: 'Name', value: 'name' } },
          { kind: 'Field', name: { kind: 'Name', value: 'status' } },
          { kind: 'Field', name: { kind: 'Name', value: 'upstreamStatus' } },
          { kind: 'Field', name: { kind: 'Name', value: 'contentType' } },
          { kind: 'Field', name: { kind: 'Name', value: 'smsType' } },
          { kind: 'Field', name: { kind: 'Name', value: 'senderId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'template' } },
          { kind: 'Field', name: { kind: 'Name', value: 'dltEntityId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'dltTemplateId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'estimatedCost' } },
          { kind: 'Field', name: { kind: 'Name', value: 'reportUrl' } },
          { kind: 'Field', name: { kind: 'Name', value: 'statusCallback' } },
          { kind: 'Field', name: { kind: 'Name', value: 'smsStatusCallback' } },
          { kind: 'Field', name: { kind: 'Name', value: 'availableActions' } },
          { kind: 'Field', name: { kind: 'Name', value: 'createdAt' } },
          { kind: 'Field', name: { kind: 'Name', value: 'fetchedAt' } },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'lists' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'id' } },
                { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
              ],
            },
          },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'schedule' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'startTime' } },
                { kind: 'Field', name: { kind: 'Name', value: 'endTime' } },
              ],
            },
          },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'stats' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'scheduled' } },
                { kind: 'Field', name: { kind: 'Name', value: 'submitted' } },
                { kind: 'Field', name: { kind: 'Name', value: 'sent' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failed' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedDnd' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedExpired' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedNoAttempt' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedNoBalance' } },
                { kind: 'Field', name: { kind: 'Name', value: 'invalid' } },
                { kind: 'Field', name: { kind: 'Name', value: 'pending' } },
                { kind: 'Field', name: { kind: 'Name', value: 'undelivered' } },
                { kind: 'Field', name: { kind: 'Name', value: 'total' } },
                { kind: 'Field', name: { kind: 'Name', value: 'progress' } },
              ],
            },
          },
        ],
      },
    },
  ],
} as unknown as DocumentNode<ResumeMutation, ResumeMutationVariables>;
export const CompleteDocument = {
  kind: 'Document',
  definitions: [
    {
      kind: 'OperationDefinition',
      operation: 'mutation',
      name: { kind: 'Name', value: 'Complete' },
      variableDefinitions: [
        {
          kind: 'VariableDefinition',
          variable: { kind: 'Variable', name: { kind: 'Name', value: 'sid' } },
          type: { kind: 'NonNullType', type: { kind: 'NamedType', name: { kind: 'Name', value: 'ID' } } },
        },
      ],
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          {
            kind: 'Field',
            alias: { kind: 'Name', value: 'payload' },
            name: { kind: 'Name', value: 'completeCampaign' },
            arguments: [
              {
                kind: 'Argument',
                name: { kind: 'Name', value: 'sid' },
                value: { kind: 'Variable', name: { kind: 'Name', value: 'sid' } },
              },
            ],
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                {
                  kind: 'Field',
                  name: { kind: 'Name', value: 'campaign' },
                  selectionSet: {
                    kind: 'SelectionSet',
                    selections: [
                      { kind: 'FragmentSpread', name: { kind: 'Name', value: 'CampaignDetails' } },
                    ],
                  },
                },
                {
                  kind: 'Field',
                  name: { kind: 'Name', value: 'userErrors' },
                  selectionSet: {
                    kind: 'SelectionSet',
                    selections: [
                      { kind: 'Field', name: { kind: 'Name', value: 'code' } },
                      { kind: 'Field', name: { kind: 'Name', value: 'message' } },
                    ],
                  },
                },
              ],
            },
          },
        ],
      },
    },
    {
      kind: 'FragmentDefinition',
      name: { kind: 'Name', value: 'CampaignDetails' },
      typeCondition: { kind: 'NamedType', name: { kind: 'Name', value: 'Campaign' } },
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          { kind: 'Field', name: { kind: 'Name', value: 'id' } },
          { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
          { kind: 'Field', name: { kind: 'Name', value: 'name' } },
          { kind: 'Field', name: { kind: 'Name', value: 'status' } },
          { kind: 'Field', name: { kind: 'Name', value: 'upstreamStatus' } },
          { kind: 'Field', name: { kind: 'Name', value: 'contentType' } },
          { kind: 'Field', name: { kind: 'Name', value: 'smsType' } },
          { kind: 'Field', name: { kind: 'Name', value: 'senderId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'template' } },
          { kind: 'Field', name: { kind: 'Name', value: 'dltEntityId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'dltTemplateId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'estimatedCost' } },
          { kind: 'Field', name: { kind: 'Name', value: 'reportUrl' } },
          { kind: 'Field', name: { kind: 'Name', value: 'statusCallback' } },
          { kind: 'Field', name: { kind: 'Name', value: 'smsStatusCallback' } },
          { kind: 'Field', name: { kind: 'Name', value: 'availableActions' } },
          { kind: 'Field', name: { kind: 'Name', value: 'createdAt' } },
          { kind: 'Field', name: { kind: 'Name', value: 'fetchedAt' } },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'lists' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'id' } },
                { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
              ],
            },
          },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'schedule' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'startTime' } },
                { kind: 'Field', name: { kind: 'Name', value: 'endTime' } },
              ],
            },
          },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'stats' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'scheduled' } },
                { kind: 'Field', name: { kind: 'Name', value: 'submitted' } },
                { kind: 'Field', name: { kind: 'Name', value: 'sent' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failed' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedDnd' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedExpired' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedNoAttempt' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedNoBalance' } },
                { kind: 'Field', name: { kind: 'Name', value: 'invalid' } },
                { kind: 'Field', name: { kind: 'Name', value: 'pending' } },
                { kind: 'Field', name: { kind: 'Name', value: 'undelivered' } },
                { kind: 'Field', name: { kind: 'Name', value: 'total' } },
                { kind: 'Field', name: { kind: 'Name', value: 'progress' } },
              ],
            },
          },
        ],
      },
    },
  ],
} as unknown as DocumentNode<CompleteMutation, CompleteMutationVariables>;
export const ArchiveDocument = {
  kind: 'Document',
  definitions: [
    {
      kind: 'OperationDefinition',
      operation: 'mutation',
      name: { kind: 'Name', value: 'Archive' },
      variableDefinitions: [
        {
          kind: 'VariableDefinition',
          variable: { kind: 'Variable', name: { kind: 'Name', value: 'sid' } },
          type: { kind: 'NonNullType', type: { kind: 'NamedType', name: { kind: 'Name', value: 'ID' } } },
        },
      ],
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          {
            kind: 'Field',
            alias: { kind: 'Name', value: 'payload' },
            name: { kind: 'Name', value: 'archiveCampaign' },
            arguments: [
              {
                kind: 'Argument',
                name: { kind: 'Name', value: 'sid' },
                value: { kind: 'Variable', name: { kind: 'Name', value: 'sid' } },
              },
            ],
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                {
                  kind: 'Field',
                  name: { kind: 'Name', value: 'campaign' },
                  selectionSet: {
                    kind: 'SelectionSet',
                    selections: [
                      { kind: 'FragmentSpread', name: { kind: 'Name', value: 'CampaignDetails' } },
                    ],
                  },
                },
                {
                  kind: 'Field',
                  name: { kind: 'Name', value: 'userErrors' },
                  selectionSet: {
                    kind: 'SelectionSet',
                    selections: [
                      { kind: 'Field', name: { kind: 'Name', value: 'code' } },
                      { kind: 'Field', name: { kind: 'Name', value: 'message' } },
                    ],
                  },
                },
              ],
            },
          },
        ],
      },
    },
    {
      kind: 'FragmentDefinition',
      name: { kind: 'Name', value: 'CampaignDetails' },
      typeCondition: { kind: 'NamedType', name: { kind: 'Name', value: 'Campaign' } },
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          { kind: 'Field', name: { kind: 'Name', value: 'id' } },
          { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
          { kind: 'Field', name: { kind: 'Name', value: 'name' } },
          { kind: 'Field', name: { kind: 'Name', value: 'status' } },
          { kind: 'Field', name: { kind: 'Name', value: 'upstreamStatus' } },
          { kind: 'Field', name: { kind: 'Name', value: 'contentType' } },
          { kind: 'Field', name: { kind: 'Name', value: 'smsType' } },
          { kind: 'Field', name: { kind: 'Name', value: 'senderId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'template' } },
          { kind: 'Field', name: { kind: 'Name', value: 'dltEntityId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'dltTemplateId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'estimatedCost' } },
          { kind: 'Field', name: { kind: 'Name', value: 'reportUrl' } },
          { kind: 'Field', name: { kind: 'Name', value: 'statusCallback' } },
          { kind: 'Field', name: { kind: 'Name', value: 'smsStatusCallback' } },
          { kind: 'Field', name: { kind: 'Name', value: 'availableActions' } },
          { kind: 'Field', name: { kind: 'Name', value: 'createdAt' } },
          { kind: 'Field', name: { kind: 'Name', value: 'fetchedAt' } },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'lists' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'id' } },
                { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
              ],
            },
          },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'schedule' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'startTime' } },
                { kind: 'Field', name: { kind: 'Name', value: 'endTime' } },
              ],
            },
          },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'stats' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'scheduled' } },
                { kind: 'Field', name: { kind: 'Name', value: 'submitted' } },
                { kind: 'Field', name: { kind: 'Name', value: 'sent' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failed' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedDnd' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedExpired' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedNoAttempt' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedNoBalance' } },
                { kind: 'Field', name: { kind: 'Name', value: 'invalid' } },
                { kind: 'Field', name: { kind: 'Name', value: 'pending' } },
                { kind: 'Field', name: { kind: 'Name', value: 'undelivered' } },
                { kind: 'Field', name: { kind: 'Name', value: 'total' } },
                { kind: 'Field', name: { kind: 'Name', value: 'progress' } },
              ],
            },
          },
        ],
      },
    },
  ],
} as unknown as DocumentNode<ArchiveMutation, ArchiveMutationVariables>;
export const CampaignsDocument = {
  kind: 'Document',
  definitions: [
    {
      kind: 'OperationDefinition',
      operation: 'query',
      name: { kind: 'Name', value: 'Campaigns' },
      variableDefinitions: [
        {
          kind: 'VariableDefinition',
          variable: { kind: 'Variable', name: { kind: 'Name', value: 'first' } },
          type: { kind: 'NonNullType', type: { kind: 'NamedType', name: { kind: 'Name', value: 'Int' } } },
        },
        {
          kind: 'VariableDefinition',
          variable: { kind: 'Variable', name: { kind: 'Name', value: 'after' } },
          type: { kind: 'NamedType', name: { kind: 'Name', value: 'String' } },
        },
        {
          kind: 'VariableDefinition',
          variable: { kind: 'Variable', name: { kind: 'Name', value: 'filter' } },
          type: { kind: 'NamedType', name: { kind: 'Name', value: 'CampaignFilter' } },
        },
      ],
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'campaigns' },
            arguments: [
              {
                kind: 'Argument',
                name: { kind: 'Name', value: 'first' },
                value: { kind: 'Variable', name: { kind: 'Name', value: 'first' } },
              },
              {
                kind: 'Argument',
                name: { kind: 'Name', value: 'after' },
                value: { kind: 'Variable', name: { kind: 'Name', value: 'after' } },
              },
              {
                kind: 'Argument',
                name: { kind: 'Name', value: 'filter' },
                value: { kind: 'Variable', name: { kind: 'Name', value: 'filter' } },
              },
            ],
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                {
                  kind: 'Field',
                  name: { kind: 'Name', value: 'edges' },
                  selectionSet: {
                    kind: 'SelectionSet',
                    selections: [
                      { kind: 'Field', name: { kind: 'Name', value: 'cursor' } },
                      {
                        kind: 'Field',
                        name: { kind: 'Name', value: 'node' },
                        selectionSet: {
                          kind: 'SelectionSet',
                          selections: [
                            { kind: 'FragmentSpread', name: { kind: 'Name', value: 'CampaignRow' } },
                          ],
                        },
                      },
                    ],
                  },
                },
                {
                  kind: 'Field',
                  name: { kind: 'Name', value: 'pageInfo' },
                  selectionSet: {
                    kind: 'SelectionSet',
                    selections: [
                      { kind: 'Field', name: { kind: 'Name', value: 'endCursor' } },
                      { kind: 'Field', name: { kind: 'Name', value: 'hasNextPage' } },
                    ],
                  },
                },
                { kind: 'Field', name: { kind: 'Name', value: 'totalCount' } },
              ],
            },
          },
        ],
      },
    },
    {
      kind: 'FragmentDefinition',
      name: { kind: 'Name', value: 'CampaignRow' },
      typeCondition: { kind: 'NamedType', name: { kind: 'Name', value: 'Campaign' } },
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          { kind: 'Field', name: { kind: 'Name', value: 'id' } },
          { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
          { kind: 'Field', name: { kind: 'Name', value: 'name' } },
          { kind: 'Field', name: { kind: 'Name', value: 'status' } },
          { kind: 'Field', name: { kind: 'Name', value: 'fetchedAt' } },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'schedule' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [{ kind: 'Field', name: { kind: 'Name', value: 'startTime' } }],
            },
          },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'stats' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'sent' } },
                { kind: 'Field', name: { kind: 'Name', value: 'undelivered' } },
                { kind: 'Field', name: { kind: 'Name', value: 'pending' } },
                { kind: 'Field', name: { kind: 'Name', value: 'total' } },
                { kind: 'Field', name: { kind: 'Name', value: 'progress' } },
              ],
            },
          },
        ],
      },
    },
  ],
} as unknown as DocumentNode<CampaignsQuery, CampaignsQueryVariables>;
export const CampaignRowUpdatedDocument = {
  kind: 'Document',
  definitions: [
    {
      kind: 'OperationDefinition',
      operation: 'subscription',
      name: { kind: 'Name', value: 'CampaignRowUpdated' },
      variableDefinitions: [
        {
          kind: 'VariableDefinition',
          variable: { kind: 'Variable', name: { kind: 'Name', value: 'sid' } },
          type: { kind: 'NonNullType', type: { kind: 'NamedType', name: { kind: 'Name', value: 'ID' } } },
        },
      ],
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'campaignUpdated' },
            arguments: [
              {
                kind: 'Argument',
                name: { kind: 'Name', value: 'sid' },
                value: { kind: 'Variable', name: { kind: 'Name', value: 'sid' } },
              },
              {
                kind: 'Argument',
                name: { kind: 'Name', value: 'sendCurrent' },
                value: { kind: 'BooleanValue', value: true },
              },
            ],
            selectionSet: {
              kind: 'SelectionSet',
              selections: [{ kind: 'FragmentSpread', name: { kind: 'Name', value: 'CampaignRow' } }],
            },
          },
        ],
      },
    },
    {
      kind: 'FragmentDefinition',
      name: { kind: 'Name', value: 'CampaignRow' },
      typeCondition: { kind: 'NamedType', name: { kind: 'Name', value: 'Campaign' } },
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          { kind: 'Field', name: { kind: 'Name', value: 'id' } },
          { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
          { kind: 'Field', name: { kind: 'Name', value: 'name' } },
          { kind: 'Field', name: { kind: 'Name', value: 'status' } },
          { kind: 'Field', name: { kind: 'Name', value: 'fetchedAt' } },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'schedule' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [{ kind: 'Field', name: { kind: 'Name', value: 'startTime' } }],
            },
          },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'stats' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'sent' } },
                { kind: 'Field', name: { kind: 'Name', value: 'undelivered' } },
                { kind: 'Field', name: { kind: 'Name', value: 'pending' } },
                { kind: 'Field', name: { kind: 'Name', value: 'total' } },
                { kind: 'Field', name: { kind: 'Name', value: 'progress' } },
              ],
            },
          },
        ],
      },
    },
  ],
} as unknown as DocumentNode<CampaignRowUpdatedSubscription, CampaignRowUpdatedSubscriptionVariables>;
export const ValidateCampaignDocument = {
  kind: 'Document',
  definitions: [
    {
      kind: 'OperationDefinition',
      operation: 'query',
      name: { kind: 'Name', value: 'ValidateCampaign' },
      variableDefinitions: [
        {
          kind: 'VariableDefinition',
          variable: { kind: 'Variable', name: { kind: 'Name', value: 'input' } },
          type: {
            kind: 'NonNullType',
            type: { kind: 'NamedType', name: { kind: 'Name', value: 'CreateCampaignInput' } },
          },
        },
      ],
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'validateCampaign' },
            arguments: [
              {
                kind: 'Argument',
                name: { kind: 'Name', value: 'input' },
                value: { kind: 'Variable', name: { kind: 'Name', value: 'input' } },
              },
            ],
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'valid' } },
                {
                  kind: 'Field',
                  name: { kind: 'Name', value: 'userErrors' },
                  selectionSet: {
                    kind: 'SelectionSet',
                    selections: [
                      { kind: 'Field', name: { kind: 'Name', value: 'code' } },
                      { kind: 'Field', name: { kind: 'Name', value: 'message' } },
                      { kind: 'Field', name: { kind: 'Name', value: 'field' } },
                    ],
                  },
                },
                { kind: 'Field', name: { kind: 'Name', value: 'variables' } },
                { kind: 'Field', name: { kind: 'Name', value: 'encoding' } },
                { kind: 'Field', name: { kind: 'Name', value: 'segments' } },
              ],
            },
          },
        ],
      },
    },
  ],
} as unknown as DocumentNode<ValidateCampaignQuery, ValidateCampaignQueryVariables>;
export const CreateCampaignDocument = {
  kind: 'Document',
  definitions: [
    {
      kind: 'OperationDefinition',
      operation: 'mutation',
      name: { kind: 'Name', value: 'CreateCampaign' },
      variableDefinitions: [
        {
          kind: 'VariableDefinition',
          variable: { kind: 'Variable', name: { kind: 'Name', value: 'input' } },
          type: {
            kind: 'NonNullType',
            type: { kind: 'NamedType', name: { kind: 'Name', value: 'CreateCampaignInput' } },
          },
        },
      ],
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          {
            kind: 'Field',
            alias: { kind: 'Name', value: 'payload' },
            name: { kind: 'Name', value: 'createCampaign' },
            arguments: [
              {
                kind: 'Argument',
                name: { kind: 'Name', value: 'input' },
                value: { kind: 'Variable', name: { kind: 'Name', value: 'input' } },
              },
            ],
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                {
                  kind: 'Field',
                  name: { kind: 'Name', value: 'campaign' },
                  selectionSet: {
                    kind: 'SelectionSet',
                    selections: [
                      { kind: 'FragmentSpread', name: { kind: 'Name', value: 'CampaignDetails' } },
                    ],
                  },
                },
                {
                  kind: 'Field',
                  name: { kind: 'Name', value: 'userErrors' },
                  selectionSet: {
                    kind: 'SelectionSet',
                    selections: [
                      { kind: 'Field', name: { kind: 'Name', value: 'code' } },
                      { kind: 'Field', name: { kind: 'Name', value: 'message' } },
                      { kind: 'Field', name: { kind: 'Name', value: 'field' } },
                    ],
                  },
                },
              ],
            },
          },
        ],
      },
    },
    {
      kind: 'FragmentDefinition',
      name: { kind: 'Name', value: 'CampaignDetails' },
      typeCondition: { kind: 'NamedType', name: { kind: 'Name', value: 'Campaign' } },
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          { kind: 'Field', name: { kind: 'Name', value: 'id' } },
          { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
          { kind: 'Field', name: { kind: 'Name', value: 'name' } },
          { kind: 'Field', name: { kind: 'Name', value: 'status' } },
          { kind: 'Field', name: { kind: 'Name', value: 'upstreamStatus' } },
          { kind: 'Field', name: { kind: 'Name', value: 'contentType' } },
          { kind: 'Field', name: { kind: 'Name', value: 'smsType' } },
          { kind: 'Field', name: { kind: 'Name', value: 'senderId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'template' } },
          { kind: 'Field', name: { kind: 'Name', value: 'dltEntityId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'dltTemplateId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'estimatedCost' } },
          { kind: 'Field', name: { kind: 'Name', value: 'reportUrl' } },
          { kind: 'Field', name: { kind: 'Name', value: 'statusCallback' } },
          { kind: 'Field', name: { kind: 'Name', value: 'smsStatusCallback' } },
          { kind: 'Field', name: { kind: 'Name', value: 'availableActions' } },
          { kind: 'Field', name: { kind: 'Name', value: 'createdAt' } },
          { kind: 'Field', name: { kind: 'Name', value: 'fetchedAt' } },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'lists' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'id' } },
                { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
              ],
            },
          },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'schedule' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'startTime' } },
                { kind: 'Field', name: { kind: 'Name', value: 'endTime' } },
              ],
            },
          },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'stats' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'scheduled' } },
                { kind: 'Field', name: { kind: 'Name', value: 'submitted' } },
                { kind: 'Field', name: { kind: 'Name', value: 'sent' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failed' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedDnd' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedExpired' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedNoAttempt' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedNoBalance' } },
                { kind: 'Field', name: { kind: 'Name', value: 'invalid' } },
                { kind: 'Field', name: { kind: 'Name', value: 'pending' } },
                { kind: 'Field', name: { kind: 'Name', value: 'undelivered' } },
                { kind: 'Field', name: { kind: 'Name', value: 'total' } },
                { kind: 'Field', name: { kind: 'Name', value: 'progress' } },
              ],
            },
          },
        ],
      },
    },
  ],
} as unknown as DocumentNode<CreateCampaignMutation, CreateCampaignMutationVariables>;
export const UpdateCampaignDocument = {
  kind: 'Document',
  definitions: [
    {
      kind: 'OperationDefinition',
      operation: 'mutation',
      name: { kind: 'Name', value: 'UpdateCampaign' },
      variableDefinitions: [
        {
          kind: 'VariableDefinition',
          variable: { kind: 'Variable', name: { kind: 'Name', value: 'sid' } },
          type: { kind: 'NonNullType', type: { kind: 'NamedType', name: { kind: 'Name', value: 'ID' } } },
        },
        {
          kind: 'VariableDefinition',
          variable: { kind: 'Variable', name: { kind: 'Name', value: 'input' } },
          type: {
            kind: 'NonNullType',
            type: { kind: 'NamedType', name: { kind: 'Name', value: 'UpdateCampaignInput' } },
          },
        },
      ],
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          {
            kind: 'Field',
            alias: { kind: 'Name', value: 'payload' },
            name: { kind: 'Name', value: 'updateCampaign' },
            arguments: [
              {
                kind: 'Argument',
                name: { kind: 'Name', value: 'sid' },
                value: { kind: 'Variable', name: { kind: 'Name', value: 'sid' } },
              },
              {
                kind: 'Argument',
                name: { kind: 'Name', value: 'input' },
                value: { kind: 'Variable', name: { kind: 'Name', value: 'input' } },
              },
            ],
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                {
                  kind: 'Field',
                  name: { kind: 'Name', value: 'campaign' },
                  selectionSet: {
                    kind: 'SelectionSet',
                    selections: [
                      { kind: 'FragmentSpread', name: { kind: 'Name', value: 'CampaignDetails' } },
                    ],
                  },
                },
                {
                  kind: 'Field',
                  name: { kind: 'Name', value: 'userErrors' },
                  selectionSet: {
                    kind: 'SelectionSet',
                    selections: [
                      { kind: 'Field', name: { kind: 'Name', value: 'code' } },
                      { kind: 'Field', name: { kind: 'Name', value: 'message' } },
                      { kind: 'Field', name: { kind: 'Name', value: 'field' } },
                    ],
                  },
                },
              ],
            },
          },
        ],
      },
    },
    {
      kind: 'FragmentDefinition',
      name: { kind: 'Name', value: 'CampaignDetails' },
      typeCondition: { kind: 'NamedType', name: { kind: 'Name', value: 'Campaign' } },
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          { kind: 'Field', name: { kind: 'Name', value: 'id' } },
          { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
          { kind: 'Field', name: { kind: 'Name', value: 'name' } },
          { kind: 'Field', name: { kind: 'Name', value: 'status' } },
          { kind: 'Field', name: { kind: 'Name', value: 'upstreamStatus' } },
          { kind: 'Field', name: { kind: 'Name', value: 'contentType' } },
          { kind: 'Field', name: { kind: 'Name', value: 'smsType' } },
          { kind: 'Field', name: { kind: 'Name', value: 'senderId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'template' } },
          { kind: 'Field', name: { kind: 'Name', value: 'dltEntityId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'dltTemplateId' } },
          { kind: 'Field', name: { kind: 'Name', value: 'estimatedCost' } },
          { kind: 'Field', name: { kind: 'Name', value: 'reportUrl' } },
          { kind: 'Field', name: { kind: 'Name', value: 'statusCallback' } },
          { kind: 'Field', name: { kind: 'Name', value: 'smsStatusCallback' } },
          { kind: 'Field', name: { kind: 'Name', value: 'availableActions' } },
          { kind: 'Field', name: { kind: 'Name', value: 'createdAt' } },
          { kind: 'Field', name: { kind: 'Name', value: 'fetchedAt' } },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'lists' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'id' } },
                { kind: 'Field', name: { kind: 'Name', value: 'sid' } },
              ],
            },
          },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'schedule' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'startTime' } },
                { kind: 'Field', name: { kind: 'Name', value: 'endTime' } },
              ],
            },
          },
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'stats' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'scheduled' } },
                { kind: 'Field', name: { kind: 'Name', value: 'submitted' } },
                { kind: 'Field', name: { kind: 'Name', value: 'sent' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failed' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedDnd' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedExpired' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedNoAttempt' } },
                { kind: 'Field', name: { kind: 'Name', value: 'failedNoBalance' } },
                { kind: 'Field', name: { kind: 'Name', value: 'invalid' } },
                { kind: 'Field', name: { kind: 'Name', value: 'pending' } },
                { kind: 'Field', name: { kind: 'Name', value: 'undelivered' } },
                { kind: 'Field', name: { kind: 'Name', value: 'total' } },
                { kind: 'Field', name: { kind: 'Name', value: 'progress' } },
              ],
            },
          },
        ],
      },
    },
  ],
} as unknown as DocumentNode<UpdateCampaignMutation, UpdateCampaignMutationVariables>;
export const GatewayDocument = {
  kind: 'Document',
  definitions: [
    {
      kind: 'OperationDefinition',
      operation: 'query',
      name: { kind: 'Name', value: 'Gateway' },
      selectionSet: {
        kind: 'SelectionSet',
        selections: [
          {
            kind: 'Field',
            name: { kind: 'Name', value: 'campaignGateway' },
            selectionSet: {
              kind: 'SelectionSet',
              selections: [
                { kind: 'Field', name: { kind: 'Name', value: 'version' } },
                { kind: 'Field', name: { kind: 'Name', value: 'mode' } },
                { kind: 'Field', name: { kind: 'Name', value: 'region' } },
                { kind: 'Field', name: { kind: 'Name', value: 'accountSid' } },
                { kind: 'Field', name: { kind: 'Name', value: 'scopes' } },
                {
                  kind: 'Field',
                  name: { kind: 'Name', value: 'budget' },
                  selectionSet: {
                    kind: 'SelectionSet',
                    selections: [
                      { kind: 'Field', name: { kind: 'Name', value: 'limit' } },
                      { kind: 'Field', name: { kind: 'Name', value: 'remaining' } },
                      { kind: 'Field', name: { kind: 'Name', value: 'resetsAt' } },
                    ],
                  },
                },
              ],
            },
          },
        ],
      },
    },
  ],
} as unknown as DocumentNode<GatewayQuery, GatewayQueryVariables>;
