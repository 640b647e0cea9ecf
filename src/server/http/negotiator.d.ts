/** The used part of the library; `@types/negotiator` lacks `preferred`. */
declare module 'negotiator' {
  class Negotiator {
    constructor(request: {
      readonly headers: { readonly 'accept-encoding'?: string; readonly accept?: string };
    });
    /** The available encodings that the client accepts, best first. */
    encodings<E extends string>(available: readonly E[], options: { readonly preferred: readonly E[] }): E[];
    /** The available media types that the client accepts, best first. */
    mediaTypes<T extends string>(available: readonly T[]): T[];
  }
  export = Negotiator;
}
