import type { SubmitEvent } from 'react';
import { apiKey, signIn } from '../gateway/credentials';
import { PageTitle } from '../ui/page-title';

/** Asks for the API key that a gateway with authentication needs. */
export function SignIn() {
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const key = new FormData(event.currentTarget).get('key');
    if (typeof key === 'string' && key !== '') signIn(key);
  };
  const wasRefused = apiKey() !== null;
  return (
    <form className="card narrow" onSubmit={submit}>
      <PageTitle title="Sign in" />
      <div className="field">
        <label htmlFor="key">API key</label>
        <input
          id="key"
          name="key"
          type="password"
          autoComplete="current-password"
          required
          aria-invalid={wasRefused}
          aria-describedby="key-hint"
        />
        <small id="key-hint" className={wasRefused ? 'error' : undefined}>
          {wasRefused ? 'The gateway does not accept this key.' : 'It is kept until this tab is closed.'}
        </small>
      </div>
      <button type="submit" className="primary">
        Sign in
      </button>
    </form>
  );
}
