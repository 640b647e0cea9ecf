import { type Logger } from './logger.js';

type Say = (said?: unknown, ...more: unknown[]) => void;

/** What a library logs with. */
export interface LibraryLogger {
  readonly debug: Say;
  readonly info: Say;
  readonly warn: Say;
  readonly error: Say;
}

const longest = 120;

/**
 * A logger for a library, which writes texts of its own: what comes after the first colon is what went wrong, in
 * somebody else's words, or an address. Neither is told.
 */
export function libraryLogger(logger: Logger, library: string): LibraryLogger {
  const say =
    (level: keyof LibraryLogger): Say =>
    (said) => {
      const what = said instanceof Error ? { err: said } : { said: beginningOf(String(said)) };
      logger[level]({ library, ...what }, 'a library says');
    };
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
}

function beginningOf(text: string): string {
  const plain = text.replace(/^\w+(\[[^\]]*\])?: /, ''); // a prefix with the id of a subscription
  return (plain.split(/: |https?:|\[|\n/)[0] ?? '').slice(0, longest);
}
