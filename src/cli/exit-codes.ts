/** Exit codes of all commands, as `--help` and docs/operating.md show them. */
export const exitCodes = [
  ['0', 'The work is done, or SIGINT or SIGTERM has stopped a server, also one that was starting.'],
  [
    '1',
    'A server cannot start or go on; `check`: something failed; `schema --check`: a file is out of date; `export`: the gateway refused, or the file cannot be written.',
  ],
  ['2', 'The command line is wrong: a command, an option or a value. Nothing was done.'],
  ['3', '`export`: not all messages are there; run again, it goes on.'],
  ['130, 143', 'A second SIGINT (130) or SIGTERM (143) has ended a server at once.'],
] as const;
