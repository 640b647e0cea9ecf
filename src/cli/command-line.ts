import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { version } from '../app/gateway-facts.js';
import { overrideSettings } from '../config/config.js';
import { variables } from '../config/variables.js';
import { exitCodesHelp, settingsHelp, usageHint } from './help.js';
import { type ExportWords } from './export/command.js';
import { type SchemaOptions } from './schema.js';
import { type StopSignals } from './stop-signals.js';

/** Where a command prints: `console`, or what a test passes. */
export interface Output {
  readonly log: (text: string) => void;
  readonly error: (text: string) => void;
}

/** Exit code of a command; undefined while it keeps running. */
type ExitCode = number | undefined;

const usageError = 2;

/** Runs the command that the words of a command line name. Wrong words are refused with exit code 2 and the nearest name. */
export async function runCommandLine(
  words: readonly string[],
  stopSignals: StopSignals,
  output: Output,
): Promise<ExitCode> {
  let exitCode: ExitCode;
  const program = commandLine(stopSignals, output, async (work) => {
    exitCode = await work;
  });
  try {
    await program.parseAsync(completed(words, program), { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : usageError; // commander has printed the help or the error
  }
}

/**
 * Writes out what may be left out: the command `start`, and the `help` command. Commander's own default command would take
 * an unknown command for an argument of `start`, and would show help for an unknown command such as `dance --help`.
 */
function completed([first = '', ...rest]: readonly string[], program: Command): readonly string[] {
  const isCommand = (word: string): boolean => program.commands.some((command) => command.name() === word);
  if (isCommand(first)) return [first, ...rest];
  const [of] = rest;
  if (first === 'help' && of !== undefined) return isCommand(of) ? [of, '--help'] : [of];
  if (['help', '--help', '-h'].includes(first)) return ['--help'];
  if (['--version', '-V'].includes(first)) return ['--version'];
  return first.startsWith('-') ? ['start', first, ...rest] : [first];
}

function commandLine(
  stopSignals: StopSignals,
  output: Output,
  run: (work: Promise<ExitCode> | ExitCode) => Promise<void>,
): Command {
  /** Settings that are options of the command. */
  const settings: Record<string, string> = {};
  const program = new Command('campaign-gateway')
    .description("A GraphQL gateway over Exotel's SMS-campaign REST API.")
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureOutput({
      // The console ignores a reader that has gone, as in `campaign-gateway --help | head -1`.
      writeOut: (text) => {
        output.log(text.trimEnd());
      },
      writeErr: (text) => {
        output.error(text.trimEnd());
      },
    })
    .showHelpAfterError(usageHint)
    .addHelpText('after', () =>
      help(
        [
          'campaign-gateway                       # the sandbox, at http://127.0.0.1:4000/',
          'PORT=4001 campaign-gateway start',
          'campaign-gateway check && campaign-gateway',
          'campaign-gateway help start            # all settings',
        ],
        settingsHelp('common'),
      ),
    );

  program
    .command('start')
    .description('run the gateway (default); on the embedded sandbox if no account is set')
    .addOption(settingOption(settings, 'PORT', '--port <number>', 'port to listen on'))
    .addOption(settingOption(settings, 'HOST', '--host <address>', 'address to listen on'))
    .addHelpText('after', () =>
      help(
        [
          'campaign-gateway start --port 4001',
          'EXOTEL_ACCOUNT_SID=… EXOTEL_API_KEY=… EXOTEL_API_TOKEN=… EXOTEL_REGION=mumbai campaign-gateway start',
        ],
        settingsHelp('all'),
      ),
    )
    .action(async () => {
      overrideSettings(settings);
      await run((await import('./start.js')).start(stopSignals, output.error));
    });

  program
    .command('sandbox')
    .description('run the sandbox alone, as an upstream for other gateways')
    .addOption(settingOption(settings, 'SANDBOX_PORT', '--port <number>', 'port to listen on'))
    .addOption(settingOption(settings, 'HOST', '--host <address>', 'address to listen on'))
    .addOption(
      settingOption(settings, 'SANDBOX_SPEED', '--speed <factor>', 'how many times faster campaigns run'),
    )
    .addHelpText('after', () =>
      help(
        ['campaign-gateway sandbox --port 9000', 'campaign-gateway sandbox --host 0.0.0.0 --speed 1'],
        settingsHelp('sandbox'),
      ),
    )
    .action(async () => {
      overrideSettings(settings);
      await run((await import('./sandbox.js')).runSandbox(stopSignals, output.log));
    });

  program
    .command('check')
    .description('judge the configuration, and try all that it depends on; starts nothing')
    .option('--json', 'print one JSON object')
    .addHelpText('after', () =>
      help(
        ['campaign-gateway check && campaign-gateway', 'campaign-gateway check --json'],
        'It reads the same settings as start: campaign-gateway help start.',
      ),
    )
    .action(async ({ json }: { readonly json?: true }) => {
      await run((await import('./check.js')).runChecks(json === true, output));
    });

  program
    .command('export')
    .description('write all messages of a campaign to a file, from a running gateway')
    .argument('<sid>', 'sid of the campaign')
    .option('--status <statuses>', 'only these, such as FAILED,FAILED_DND')
    .option('--number <number>', 'only messages to this phone number')
    .addOption(outOption())
    .addOption(
      new Option('--format <format>', 'csv or ndjson (default: as the file ends, else ndjson)').choices([
        'csv',
        'ndjson',
      ]),
    )
    .option('--force', 'start over, and replace the file')
    .option(
      '--url <url>',
      'address of the gateway (instead of CAMPAIGN_GATEWAY_URL; default: http://127.0.0.1:4000)',
    )
    .addHelpText('after', () =>
      help(
        [
          'campaign-gateway export 8c7383b9797443249d24781659939528 --status FAILED --out failed.csv',
          'CAMPAIGN_GATEWAY_URL=https://gateway.example CAMPAIGN_GATEWAY_API_KEY=… campaign-gateway export … > all.ndjson',
        ],
        'It resumes automatically after broken connections. If it was killed, run it again with the same --out to resume.',
      ),
    )
    .action(async (sid: string, options: ExportWords) => {
      await run((await import('./export/command.js')).runExport(sid, options, output.error));
    });

  program
    .command('schema')
    .description('print the schema as a subgraph: schema.graphql')
    .addOption(
      new Option(
        '--client',
        'print it for compilers of clients, without federation: client.graphql',
      ).conflicts(['write', 'check']),
    )
    .addOption(
      new Option('--write', 'write schema.graphql and client.graphql next to package.json').conflicts(
        'check',
      ),
    )
    .option('--check', 'fail if schema.graphql or client.graphql is out of date')
    .addHelpText('after', () =>
      help([
        'campaign-gateway schema > campaigns.graphql',
        'campaign-gateway schema --client > schema.graphql',
      ]),
    )
    .action(async (options: SchemaOptions) => {
      await run((await import('./schema.js')).runSchema(options, output));
    });

  program
    .command('key')
    .description('create an API key and its entry for API_KEYS_FILE')
    .argument('<name>', 'name of the caller, in logs and limits')
    .argument('<scope...>', 'campaigns:read, campaigns:write, messages:read or documents:any')
    .addHelpText('after', () => help(['campaign-gateway key dashboard campaigns:read messages:read']))
    .action(async (name: string, scopes: readonly string[]) => {
      await run((await import('./key.js')).createApiKey([name, ...scopes], output.log, output.error));
    });

  return program;
}

function outOption(): Option {
  return new Option('--out <file>', 'file to write, .csv or .ndjson (default: standard output)').argParser(
    (text: string) => {
      if (text === '') throw new InvalidArgumentError('It takes a file name.');
      return text;
    },
  );
}

/** An option for a setting: it takes what the variable takes, and wins over it. */
function settingOption(
  settings: Record<string, string>,
  name: 'PORT' | 'HOST' | 'SANDBOX_PORT' | 'SANDBOX_SPEED',
  flags: string,
  does: string,
) {
  const [takenBy, takes] = variables[name];
  return new Option(flags, `${does} (instead of ${name})`).argParser((text: string) => {
    if (!takenBy.safeParse(text).success) throw new InvalidArgumentError(`It takes ${takes}.`);
    settings[name] = text;
    return text;
  });
}

/** What a command's help ends with: examples, its settings or a remark, and the exit codes. */
function help(examples: readonly string[], ...more: readonly string[]): string {
  const lines = ['Examples:', ...examples.map((example) => `  ${example}`)];
  return `\n${[...lines, '', ...more.flatMap((text) => [text, '']), exitCodesHelp()].join('\n')}`;
}
