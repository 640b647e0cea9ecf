/** What is read. */
export type ReadKind = 'campaign' | 'campaigns' | 'messages';

/**
 * How a read was answered: with what was kept and as good as new, with a new answer, with that of another's call, or
 * with an old one that stood in.
 */
export type ReadAnswer = 'kept' | 'new' | 'shared' | 'stale';

/** Told of every read that was answered. */
export type OnRead = (kind: ReadKind, answer: ReadAnswer) => void;
