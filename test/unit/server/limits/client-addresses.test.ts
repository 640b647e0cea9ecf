import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { networkOf, readAddressRange } from '../../../../src/domain/network/ip-addresses.js';
import { ClientAddresses } from '../../../../src/server/limits/client-addresses.js';

function addressesOf(...ranges: string[]): ClientAddresses {
  return new ClientAddresses(ranges.map(readAddressRange).filter((range) => range !== undefined));
}

const proxies = addressesOf('10.0.0.0/8', '192.0.2.1', 'fd00::/8', '::ffff:172.16.0.0/108');

/** The address that limits count for a request. */
function clientOf(remoteAddress: string, forwarded?: string, addresses = proxies): string {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return addresses.of({ socket: { remoteAddress }, headers });
}

describe('the client behind a trusted proxy', () => {
  it.each([
    ['the last address', '203.0.113.9', '203.0.113.9'],
    ['not one that the client has invented', '1.1.1.1, 203.0.113.9', '203.0.113.9'],
    ['the last that is not a proxy', '203.0.113.9, 10.1.2.3, 192.0.2.1', '203.0.113.9'],
    ['the first of proxies only', '10.0.0.7, 10.1.2.3', '10.0.0.7'],
    ['without its port', '203.0.113.9:49152', '203.0.113.9'],
    ['without brackets and port', '[2001:db8:1:2::9]:443', '2001:db8:1:2'],
    ['without brackets', '[2001:db8:1:2::9]', '2001:db8:1:2'],
    ['an IPv4-mapped one as IPv4', '::ffff:203.0.113.9', '203.0.113.9'],
    ['in hexadecimal too', '::FFFF:CB00:7109', '203.0.113.9'],
    ['in any spelling', '2001:0DB8:0001:0002:0:0:0:9', '2001:db8:1:2'],
    ['behind a mapped proxy', '203.0.113.9, ::ffff:10.0.0.7, 172.16.9.9', '203.0.113.9'],
    ['behind an IPv6 proxy', '203.0.113.9, fd12::7', '203.0.113.9'],
    ['among empty elements', ' ,203.0.113.9,, ', '203.0.113.9'],
  ])('is %s', (_title, forwarded, client) => {
    expect(clientOf('10.0.0.1', forwarded)).toBe(client);
    expect(clientOf('::ffff:10.0.0.1', forwarded)).toBe(client);
  });

  it.each([
    'unknown',
    '_hidden',
    '203.0.113.999',
    '203.0.113.9:port',
    '[203.0.113.9]',
    '"203.0.113.9"',
    'for=203.0.113.9',
    '203.0.113.9 10.0.0.1',
    '1.1.1.1, garbage',
    '0x7f.1',
    '2001:db8::1::2',
    '',
    ',,,',
  ])('counts as the proxy if it is named %j', (forwarded) => {
    expect(clientOf('10.0.0.1', forwarded)).toBe('10.0.0.1');
  });

  it('counts as the proxy that named no address', () => {
    expect(clientOf('10.0.0.1', 'garbage, 10.0.0.2')).toBe('10.0.0.2');
  });

  it('counts as the proxy if the header is missing', () => {
    expect(clientOf('10.0.0.1')).toBe('10.0.0.1');
  });

  it('is not searched behind more than 50 proxies', () => {
    expect(clientOf('10.0.0.1', ['203.0.113.9', ...Array<string>(49).fill('10.0.0.2')].join())).toBe(
      '203.0.113.9',
    );
    expect(clientOf('10.0.0.1', ['203.0.113.9', ...Array<string>(50).fill('10.0.0.2')].join())).toBe(
      '10.0.0.2',
    );
  });
});

it.each(['203.0.113.5', '2001:db8::5', '::1', '11.0.0.1', ''])(
  '%j is not a proxy, so its header is ignored',
  (peer) => {
    expect(clientOf(peer, '198.51.100.1')).toBe(clientOf(peer));
  },
);

it('without trusted proxies nobody is believed', () => {
  expect(clientOf('10.0.0.1', '198.51.100.1', addressesOf())).toBe('10.0.0.1');
});

it('any header gives an address: of the proxy, or one that it has named', () => {
  const element = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.string(),
    fc.constantFrom('10.0.0.3', '', ' ', '[::1]:1'),
  );
  fc.assert(
    fc.property(fc.array(element, { maxLength: 8 }), (elements) => {
      const client = clientOf('10.0.0.1', elements.join(','));
      expect(client).toMatch(/^(?:\d+(?:\.\d+){3}|[\da-f]{1,4}(?::[\da-f]{1,4}){3})$/);
    }),
  );
});

describe('an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['64:ff9b::192.0.2.7', '64:ff9b:0:0'],
    ['', ''],
  ])('%s counts as %s', (address, counted) => {
    expect(networkOf(address)).toBe(counted);
  });
});

describe('a range', () => {
  it.each([
    ['10.0.0.0/8', { address: '10.0.0.0', version: 'ipv4', prefix: 8 }],
    ['10.0.0.1', { address: '10.0.0.1', version: 'ipv4', prefix: 32 }],
    ['::1', { address: '::1', version: 'ipv6', prefix: 128 }],
    ['FD00::/8', { address: 'fd00::', version: 'ipv6', prefix: 8 }],
    ['::ffff:10.0.0.0/104', { address: '10.0.0.0', version: 'ipv4', prefix: 8 }],
    ['::ffff:a00:1', { address: '10.0.0.1', version: 'ipv4', prefix: 32 }],
  ])('%s is read', (text, range) => {
    expect(readAddressRange(text)).toEqual(range);
  });

  it.each(
    [
      '',
      '10.0.0.0/0',
      '::/0',
      '10.0.0.0/33',
      '::/129',
      '10.0.0',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '10.0.0.0/-1',
      '*',
    ].concat([
      'proxy.example.com',
      '[::1]',
      '10.0.0.1:80',
      '010.0.0.1',
      '10.0.0.0/255.0.0.0',
      'fe80::1%eth0',
      '::ffff:10.0.0.0/96',
      'loopback',
    ]),
  )('%j is refused', (text) => {
    expect(readAddressRange(text)).toBeUndefined();
  });
});
