import { register } from 'node:module';

// Node runs the hooks in a thread of their own, also in each worker of Jest, which inherits --import.
register('./typescript-hooks.mjs', import.meta.url);

// Apollo Client prints its warnings in its development build only. Suites share it.
globalThis.__DEV__ = true;
