/** Whether and how the sandbox fires the callbacks of its campaigns. */
export interface CallbackOptions {
  /** Nothing is posted anywhere unless this is true. */
  readonly fire: boolean;
  /** How bodies are written, which Exotel's pages disagree about: as JSON unless said. */
  readonly form?: CallbackForm;
  /** How often each is sent even when it was acknowledged, as "at least once" allows: 1 unless said. */
  readonly copies?: number;
}

/** `json`: an object · `form`: `application/x-www-form-urlencoded`. */
export type CallbackForm = 'json' | 'form';
