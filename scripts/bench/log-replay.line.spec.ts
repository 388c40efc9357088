import { describe, expect, it } from 'vitest';
import { replayRateIn } from './log-replay.line.js';

const READ = '{"level":"info","msg":"The log of rockets is read","messages":300000,"tookMs":1500}';

describe('the rate of a replay', () => {
  it('is what the log says', () => {
    expect(replayRateIn(`{"msg":"Starting"}\n${READ}\n{"msg":"Listening"}\n`)).toBe(200_000);
  });

  it.each(['', '{"msg":"Listening"}\n', READ.replace('300000', '0'), READ.replace('1500', '0')])(
    'is not known by %j',
    (log) => {
      expect(() => replayRateIn(log)).toThrow(/does not say how fast/);
    },
  );
});
