import fc from 'fast-check';
import { IsArray, IsBoolean, IsNumber, IsOptional } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX, PageQueryDto } from './paging.js';
import { AsList, FromDecimal, FromTrueOrFalse } from './query-values.js';
import { httpValidation } from './validation.js';

class ListQueryDto extends PageQueryDto {
  @IsOptional()
  @FromDecimal()
  @IsNumber()
  readonly degrees?: number;

  @IsOptional()
  @FromTrueOrFalse()
  @IsBoolean()
  readonly is_late?: boolean;

  @IsOptional()
  @AsList()
  @IsArray()
  readonly ship?: readonly string[];
}

const read = async (query: object): Promise<ListQueryDto> =>
  (await httpValidation().transform(query, {
    type: 'query',
    metatype: ListQueryDto,
  })) as ListQueryDto;

describe('the values of a query', () => {
  it('are whole numbers where all of them is digits', async () => {
    const limits = fc.integer({ min: 1, max: PAGE_LIMIT_MAX });
    await fc.assert(
      fc.asyncProperty(limits, async (limit) => {
        expect((await read({ limit: String(limit) })).limit).toBe(limit);
      }),
    );
    expect((await read({})).limit).toBe(PAGE_LIMIT_DEFAULT);
  });

  it.each(['', ' ', ' 5', '5 ', '0x10', '1e2', '5.0', '+5', '1_0', '٥', '9'.repeat(17), ['5']])(
    'are no number as %j',
    async (limit) => {
      await expect(read({ limit })).rejects.toThrow('limit must be an integer number');
    },
  );

  it('have a fraction where they may have one', async () => {
    expect(await read({ degrees: '12.5' })).toMatchObject({ degrees: 12.5 });
    expect(await read({ degrees: '0' })).toMatchObject({ degrees: 0 });
    for (const degrees of ['', '.5', '5.', '1e1', '-1', '1,5', '0x1'])
      await expect(read({ degrees })).rejects.toThrow('degrees must be a number');
  });

  it('are true or false in these words alone', async () => {
    expect(await read({ is_late: 'true' })).toMatchObject({ is_late: true });
    expect(await read({ is_late: 'false' })).toMatchObject({ is_late: false });
    for (const is_late of ['', '1', 'TRUE', 'yes'])
      await expect(read({ is_late })).rejects.toThrow('is_late must be a boolean value');
  });

  it('are a list, whether there are one or more', async () => {
    expect(await read({ ship: 'a' })).toMatchObject({ ship: ['a'] });
    expect(await read({ ship: ['a', 'b'] })).toMatchObject({ ship: ['a', 'b'] });
    expect((await read({})).ship).toBeUndefined();
  });
});
