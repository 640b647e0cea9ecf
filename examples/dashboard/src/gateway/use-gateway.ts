import { useQuery } from '@apollo/client/react';
import { GatewayDocument, type GatewayQuery } from '../generated/operations';

/** The gateway as its header shows it. */
export type Gateway = GatewayQuery['campaignGateway'];

/** The gateway and the caller's scopes; undefined until they are read. Costs no upstream call. */
export function useGateway(): Gateway | undefined {
  return useQuery(GatewayDocument).data?.campaignGateway;
}

/** Whether the caller may create and change campaigns; true until it is known, since the gateway decides. */
export function useCanWrite(): boolean {
  return useGateway()?.scopes.includes('campaigns:write') ?? true;
}
