import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { readConfig } from './config.js';

class ShopConfig {
  @IsInt()
  @Min(0)
  @Max(65_535)
  readonly SHOP_PORT: number = 80;

  @IsOptional()
  @IsString()
  readonly SHOP_URL: string | undefined = undefined;
}

describe('a checked config', () => {
  it('has the defaults where nothing is set, or set to nothing', () => {
    expect(readConfig(ShopConfig, { SHOP_URL: '' })).toEqual(new ShopConfig());
  });

  it('takes what is set, as the type of its field, and nothing else', () => {
    const config = readConfig(ShopConfig, { SHOP_PORT: '8080', SHOP_URL: 'x', HOME: '/root' });
    expect(config).toEqual(Object.assign(new ShopConfig(), { SHOP_PORT: 8080, SHOP_URL: 'x' }));
  });

  it.each(['-1', '65536', '1.5', 'many', '0x10!'])('refuses the port %s and names it', (port) => {
    expect(() => readConfig(ShopConfig, { SHOP_PORT: port })).toThrow('SHOP_PORT');
  });
});
