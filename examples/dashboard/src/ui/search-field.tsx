import { useEffect, useEffectEvent, useId, useState } from 'react';
import { useDebounced } from './use-debounced';

interface SearchFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly initial?: string;
  readonly type?: 'search' | 'tel';
  readonly onSearch: (text: string) => void;
}

/** A search that runs when typing pauses. */
export function SearchField({ label, hint, initial = '', type = 'search', onSearch }: SearchFieldProps) {
  const id = useId();
  const [text, setText] = useState(initial);
  const settled = useDebounced(text.trim());
  const search = useEffectEvent(onSearch);
  useEffect(() => {
    search(settled);
  }, [settled]);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type={type}
        value={text}
        autoComplete="off"
        aria-describedby={`${id}-hint`}
        onChange={({ target }) => setText(target.value)}
      />
      <small id={`${id}-hint`}>{hint}</small>
    </div>
  );
}
