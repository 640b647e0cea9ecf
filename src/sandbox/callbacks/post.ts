import { type Dispatcher, request } from 'undici';
import { type Callback } from './callback.js';
import { type CallbackForm } from './callback-options.js';

/** Exotel's pages give a receiver 15, 10 or 5 seconds. */
const PATIENCE_MS = 5_000;

/**
 * Posts a callback, unsigned as Exotel's are; true when it was answered with 2xx in time. "A 3xx counts as a
 * failure" (Exotel's public developer pages): redirects are not followed.
 */
export async function post(callback: Callback, form: CallbackForm, dispatcher: Dispatcher): Promise<boolean> {
  const { contentType, text } = form === 'json' ? asJson(callback) : asForm(callback);
  try {
    const answer = await request(callback.url, {
      method: 'POST',
      dispatcher,
      headers: { 'content-type': contentType },
      body: text,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    // Nobody reads the body, but the connection is free only after it; the status has been heard either way.
    await answer.body.dump().catch(() => undefined);
    return answer.statusCode >= 200 && answer.statusCode < 300;
  } catch {
    return false;
  }
}

interface Written {
  readonly contentType: string;
  readonly text: string;
}

function asJson({ fields }: Callback): Written {
  return { contentType: 'application/json', text: JSON.stringify(fields) };
}

/** A form has no null: `reports` of a campaign that is not completed is empty. */
function asForm({ fields }: Callback): Written {
  const pairs = Object.entries(fields).map(([name, value]): [string, string] => [name, value ?? '']);
  return {
    contentType: 'application/x-www-form-urlencoded',
    text: new URLSearchParams(pairs).toString(),
  };
}
