import { type Config } from './config.js';
import { isLoopback } from './values.js';

/** A consequence of the configuration that the start message shows. */
export interface Notice {
  /** `Hosts`: the host names that are served; `Closed`: a feature that is off; `Weak`: an open door. */
  readonly kind: 'Hosts' | 'Closed' | 'Weak';
  readonly text: string;
}

/** The features that are closed and the settings that open them, and the doors that stand open. */
export function noticesOf(config: Config): readonly Notice[] {
  const { host, redisUrl, plainHttp, access, subscriptionCallbackOrigins } = config;
  const { auth, allowedHosts, metricsToken } = access;
  const names = allowedHosts?.map(({ name, port }) => (port === '' ? name : `${name}:${port}`));
  const notices: (Notice | false | undefined)[] = [
    names && {
      kind: 'Hosts',
      text: `${['localhost', ...names].join(', ')}; requests to other names are refused (ALLOWED_HOSTS)`,
    },
    metricsToken === undefined &&
      !isLoopback(host) && { kind: 'Closed', text: '/metrics, until METRICS_TOKEN is set' },
    subscriptionCallbackOrigins?.length === 0 && {
      kind: 'Closed',
      text: 'callbacks of routers, until SUBSCRIPTION_CALLBACK_ORIGINS is set',
    },
    auth.mode === 'none' &&
      !isLoopback(host) && {
        kind: 'Weak',
        text: `AUTH_MODE is none on ${host}: anybody who reaches it can read, send and stop campaigns`,
      },
    redisUrl !== undefined &&
      isOpenRedis(redisUrl) && {
        kind: 'Weak',
        text: 'REDIS_URL has no password: anybody who reaches that Redis reads numbers and texts, and changes keys',
      },
    ...plainHttp.map((text) => ({ kind: 'Weak', text }) as const),
  ];
  return notices.filter((notice) => typeof notice === 'object');
}

function isOpenRedis(url: string): boolean {
  const { hostname, password, searchParams } = new URL(url);
  return password === '' && !searchParams.get('password') && !isLoopback(hostname);
}
