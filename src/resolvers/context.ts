import { type ReadReport } from '../datasources/reading/read-report.js';
import { type RequestReader } from '../datasources/reading/request-reader.js';
import { type CampaignWriter } from '../datasources/writing/campaign-writer.js';

/** What every resolver is given; made anew for each request. */
export interface RequestContext {
  readonly reader: RequestReader;
  readonly writer: CampaignWriter;
  /** What the request costs. */
  readonly report: ReadReport;
}
