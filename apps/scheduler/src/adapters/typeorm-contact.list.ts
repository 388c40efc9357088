import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { CONTACT_STATES, type ContactState, formatInstant, type Instant } from '#common/domain';
import {
  ContactList,
  type ContactQuery,
  type ContactSort,
  type ListedContact,
} from '../contacts/contact-list.port.js';
import { DURATION_SECONDS_MAX } from '../contacts/contact.dto.js';
import { CONTACT_COLUMNS, contactOf, type ContactRow } from './contact-row.js';

interface Order {
  readonly column: 'start_time' | 'created_at';
  readonly direction: 'ASC' | 'DESC';
}

const ORDERS: Readonly<Record<ContactSort, Order>> = {
  start_time: { column: 'start_time', direction: 'ASC' },
  '-start_time': { column: 'start_time', direction: 'DESC' },
  created: { column: 'created_at', direction: 'ASC' },
  '-created': { column: 'created_at', direction: 'DESC' },
};

/** Lists in PostgreSQL. The indices of the list end in its order, so that a page is a stretch of one. */
@Injectable()
export class TypeOrmContactList extends ContactList {
  constructor(@InjectDataSource('scheduler') private readonly source: DataSource) {
    super();
  }

  async page(query: ContactQuery): Promise<ListedContact[]> {
    const { sql, parameters } = statementOf(query);
    const rows = (await this.source.query(sql, parameters)) as (ContactRow & { place: string })[];
    return rows.map((row) => ({
      contact: contactOf(row),
      place: { at: Number(row.place), id: row.id },
    }));
  }
}

/**
 * Several states are looked for one by one, each in its own stretch of an index: in the order of time
 * all that has ended would stand before the first that is scheduled.
 */
export function statementOf(query: ContactQuery): Statement {
  const { column, direction } = ORDERS[query.sort];
  const parameters = new Parameters();
  const fits = conditionsOf(query, parameters);
  const page = `ORDER BY c.${column} ${direction}, c.id ${direction} LIMIT ${parameters.add(query.limit)}`;
  const columns = `${CONTACT_COLUMNS}, (extract(epoch FROM c.${column}) * 1000000)::bigint AS place`;
  const states = statesOf(query);
  if (states.length === 0)
    return {
      sql: `SELECT ${columns} FROM contacts c WHERE ${['true', ...fits].join(' AND ')} ${page}`,
      parameters: parameters.values,
    };
  const ofOneState = ['c.state = wanted.one', ...fits].join(' AND ');
  return {
    sql: `SELECT ${columns} FROM unnest(${parameters.add(states)}::text[]) AS wanted (one),
          LATERAL (SELECT * FROM contacts c WHERE ${ofOneState} ${page}) AS c ${page}`,
    parameters: parameters.values,
  };
}

/** By the booking there is an index in each state alone: unless few are left, look through all states. */
function statesOf({ filter, sort }: ContactQuery): readonly ContactState[] {
  const { states, shipName, antenna, channel, from, to } = filter;
  const isAll = [shipName, antenna, channel, from, to].every((one) => one === null);
  const isByCreation = ORDERS[sort].column === 'created_at';
  return states.length === 0 && isAll && isByCreation ? CONTACT_STATES : states;
}

interface Statement {
  readonly sql: string;
  readonly parameters: unknown[];
}

class Parameters {
  readonly values: unknown[] = [];

  /** How the statement names the value. */
  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

function conditionsOf({ filter, sort, after }: ContactQuery, parameters: Parameters): string[] {
  const conditions: string[] = [];
  const add = <T>(value: T | null, textOf: (value: T) => string): void => {
    if (value !== null) conditions.push(textOf(value));
  };
  add(filter.shipName, (name) => `c.ship_name = ${parameters.add(name)}`);
  add(filter.antenna, (name) => `c.antenna = ${parameters.add(name)}`);
  add(filter.channel, (name) => `c.channel = ${parameters.add(name)}`);
  add(filter.to, (to) => `c.start_time < ${instant(parameters, to)}`);
  add(filter.from, (from) => isNotOverAt(instant(parameters, from)));
  add(after, ({ at, id }) => {
    const { column, direction } = ORDERS[sort];
    const isBehind = direction === 'ASC' ? '>' : '<';
    return `(c.${column}, c.id) ${isBehind} (${instant(parameters, at)}, ${parameters.add(id)}::uuid)`;
  });
  return conditions;
}

const instant = (parameters: Parameters, value: Instant): string =>
  `${parameters.add(formatInstant(value))}::timestamptz`;

/** No contact is longer, so that those before need not be looked at. */
const isNotOverAt = (from: string): string =>
  `c.planned_end > ${from} AND c.start_time > ${from} - interval '${DURATION_SECONDS_MAX} seconds'`;
