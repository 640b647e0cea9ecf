import { describe, expect, it } from '@jest/globals';
import { isLoopbackName, readHostName, readHostSetting } from '../../../src/domain/network/addresses.js';

describe('host names', () => {
  it.each([
    ['localhost', 'localhost', ''],
    ['LocalHost:4000', 'localhost', '4000'],
    ['localhost.', 'localhost', ''],
    ['localhost:', 'localhost', ''],
    ['gateway.example.com:80', 'gateway.example.com', '80'],
    ['my_gateway-1', 'my_gateway-1', ''],
    ['127.0.0.1.', '127.0.0.1', ''],
    ['127.1:1', '127.0.0.1', '1'],
    ['0x7f000001', '127.0.0.1', ''],
    ['[::1]:4000', '[::1]', '4000'],
    ['[0:0:0:0:0:0:0:1]', '[::1]', ''],
    ['[::FFFF:127.0.0.1]', '[::ffff:7f00:1]', ''],
  ])('%s is parsed', (text, name, port) => {
    expect(readHostName(text)).toEqual({ name, port });
  });

  it.each([
    '',
    ' localhost',
    'localhost, evil.example',
    'user@localhost',
    'localhost/path',
    'localhost#',
    'localhost\\',
    'local%68ost',
    'ｌocalhost',
    '::1',
    '[::1',
    '[localhost]',
    'localhost:port',
    'localhost:123456',
    'http://localhost',
    '256.256.256.256',
    '*',
    '*.example.com',
  ])('%j is refused', (text) => {
    expect(readHostName(text)).toBeUndefined();
  });

  it('an IPv6 address in a setting needs no brackets', () => {
    expect(readHostSetting('::1')).toEqual({ name: '[::1]', port: '' });
    expect(readHostSetting('[::1]:80')).toEqual({ name: '[::1]', port: '80' });
  });
});

describe('loopback names', () => {
  it.each([
    ['localhost', true],
    ['LOCALHOST.', true],
    ['app.localhost', true],
    ['127.0.0.1', true],
    ['127.255.255.254', true],
    ['[::1]', true],
    ['[::ffff:127.0.0.1]', true],
    ['.localhost', false],
    ['evillocalhost', false],
    ['localhost.example.com', false],
    ['127.0.0.1.example.com', false],
    ['128.0.0.1', false],
    ['0.0.0.0', false],
    ['[::]', false],
    ['[::2]', false],
    ['[::ffff:10.0.0.1]', false],
    ['localhost..', false],
  ])('%s: %p', (text, isLoopback) => {
    expect(isLoopbackName(readHostName(text)?.name ?? '')).toBe(isLoopback);
  });
});
