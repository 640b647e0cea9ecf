import { register } from 'node:module';

// Node runs the hooks in a thread of their own, also in each worker of Jest, which inherits --import.
register('./typescript-hooks.mjs', import.meta.url);
