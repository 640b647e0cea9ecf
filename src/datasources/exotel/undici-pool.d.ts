/** The file of undici that defines `Pool`; undici types its front door alone. */
declare module 'undici/lib/dispatcher/pool.js' {
  import { type Pool } from 'undici';
  const pool: typeof Pool;
  export = pool;
}
