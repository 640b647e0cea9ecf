import { type ReactNode, useId } from 'react';

/** What an input needs for its label, hint and errors. */
export interface FieldControl {
  readonly id: string;
  readonly 'aria-invalid': boolean;
  readonly 'aria-describedby': string;
}

interface FieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly errors?: readonly string[];
  readonly children: (control: FieldControl) => ReactNode;
}

/** A label, an input, and every broken rule beside it. */
export function Field({ label, hint, errors = [], children }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        'aria-invalid': errors.length > 0,
        'aria-describedby': hint === undefined ? `${id}-errors` : `${id}-hint ${id}-errors`,
      })}
      {hint !== undefined && <small id={`${id}-hint`}>{hint}</small>}
      <div id={`${id}-errors`} className="error" aria-live="polite">
        {errors.map((message) => (
          <p key={message}>{message}</p>
        ))}
      </div>
    </div>
  );
}
