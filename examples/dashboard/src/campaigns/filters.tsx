import { SearchField } from '../ui/search-field';
import { wordsOf } from '../ui/status-badge';
import { statuses, type useFilter } from './use-filter';

/** Search by name, and one status or all. */
export function Filters({ name, status, setName, setStatus }: ReturnType<typeof useFilter>) {
  return (
    <div className="filters" role="search">
      <SearchField label="Name" hint="At least 3 characters" initial={name} onSearch={setName} />
      <div className="field">
        <label htmlFor="status">Status</label>
        <select
          id="status"
          value={status ?? ''}
          onChange={({ target }) => setStatus(statuses.find((one) => one === target.value) ?? '')}
        >
          <option value="">All</option>
          {statuses.map((one) => (
            <option key={one} value={one}>
              {wordsOf(one)}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}
