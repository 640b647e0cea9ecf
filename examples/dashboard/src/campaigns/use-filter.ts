import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import type { CampaignFilter, CampaignStatus } from '../generated/operations';

/** Statuses that the gateway can filter by. */
export const statuses = ['CREATED', 'SCHEDULED', 'IN_PROGRESS', 'PAUSED', 'COMPLETED', 'ARCHIVED'] as const;

const shortestName = 3;

/** The filter in the address of the page: it survives a reload, and a link to it can be sent. */
export function useFilter() {
  const [search, setSearch] = useSearchParams();
  const name = search.get('name') ?? '';
  const status = statuses.find((one) => one === search.get('status'));
  const filter = useMemo<CampaignFilter>(
    () => ({
      ...(name.length >= shortestName && { name }),
      ...(status && { status: [status] }),
    }),
    [name, status],
  );
  const put = (key: 'name' | 'status', value: string): void =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === '') next.delete(key);
        else next.set(key, value);
        return next;
      },
      { replace: true },
    );
  return {
    name,
    status,
    filter,
    setName: (value: string) => {
      if (value !== name) put('name', value);
    },
    setStatus: (value: CampaignStatus | '') => put('status', value),
  };
}
