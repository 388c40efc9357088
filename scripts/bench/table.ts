import { type Figure, type Goal, isMet, type Row } from './figure.js';

const HEADING = ['', 'ours', 'limit', 'unit', 'ratio', 'goal', ''];
const NOTHING = '–';
const GAP = '  ';

/** Columns of figures; a remark goes over all but the first. */
export function tableOf(rows: readonly Row[]): string[] {
  const lines = [HEADING, ...rows.map(cellsOf)];
  const widths = HEADING.map((_, column) =>
    Math.max(
      ...lines.filter((cells) => cells.length > 2).map((cells) => cells[column]?.length ?? 0),
    ),
  );
  widths[0] = Math.max(...lines.map(([name = '']) => name.length));
  return lines.map((cells) => lineOf(cells, widths));
}

function cellsOf(row: Row): string[] {
  if ('remark' in row) return [row.name, row.remark];
  const { name, ours, limit, unit, ratio, goal } = row;
  const met = isMet(row);
  return [
    name,
    numberOf(ours),
    limit === null ? NOTHING : numberOf(limit),
    unit,
    ratio === null ? NOTHING : ratio.toFixed(2),
    goal === null ? NOTHING : goalOf(goal, row),
    met === null ? '' : verdictOf(met, goal),
  ];
}

function goalOf({ of, is, value }: Goal, { unit }: Figure): string {
  const what = of === 'ratio' ? `ratio ${value}` : `${numberOf(value)} ${unit}`;
  return `${is === 'below' ? '<' : '≥'} ${what}`;
}

function verdictOf(met: boolean, goal: Goal | null): string {
  if (met) return 'ok';
  return goal?.is === 'below' ? 'above' : 'below';
}

/** Three digits are what a measurement on a shared machine is good for; large numbers in groups. */
export function numberOf(value: number): string {
  if (Math.abs(value) < 100) return String(Number(value.toPrecision(3)));
  return Math.round(value).toLocaleString('en-US');
}

/** Names and units to the left, numbers to the right. */
function lineOf([name = '', ...cells]: readonly string[], widths: readonly number[]): string {
  const first = name.padEnd(widths[0] ?? 0);
  if (cells.length === 1) return [first, ...cells].join(GAP);
  const others = cells.map((cell, at) => {
    const width = widths[at + 1] ?? 0;
    return [0, 1, 3].includes(at) ? cell.padStart(width) : cell.padEnd(width);
  });
  return [first, ...others].join(GAP).trimEnd();
}
