import { setImmediate as nextTurn } from 'node:timers/promises';
import { HttpException } from '@nestjs/common';
import {
  type FieldFault,
  httpValidation,
  type Problem,
  problemOf,
  ValidationException,
} from '#common/platform';
import { BookContactDto, newContactOf } from '../contacts/contact.dto.js';
import type { NewContact } from '../contacts/contact-store.port.js';
import { readBooking } from './booking.reader.js';
import type { BulkItem } from './bulk-items.js';
import { isProblem } from './bulk-store.port.js';

/** Contacts that are checked in one go; then what is to start meanwhile has its turn. */
const TOGETHER_MAX = 20;
/** Faults that are told of one contact; the answer has room for those of all. */
const FAULTS_PER_ITEM_MAX = 5;
/** Faults that are told of a bulk of which nothing is booked. */
const FAULTS_MAX = 20;

const validation = httpValidation();
const BOOKING = { type: 'body', metatype: BookContactDto } as const;

/** Each as a booking, or what is wrong with it. */
export async function checkEach(items: readonly BulkItem[]): Promise<(NewContact | Problem)[]> {
  const checked: (NewContact | Problem)[] = [];
  for await (const one of checksOf(items)) checked.push(one);
  return checked;
}

/**
 * All as bookings.
 * @throws ValidationException that names the first faults, each with the index of its contact
 */
export async function checkAll(items: readonly BulkItem[]): Promise<NewContact[]> {
  const contacts: NewContact[] = [];
  const faults: FieldFault[] = [];
  let index = 0;
  for await (const one of checksOf(items)) {
    if (isProblem(one)) faults.push(...faultsAt(index, one));
    else contacts.push(one);
    if (faults.length >= FAULTS_MAX) break;
    index += 1;
  }
  if (faults.length === 0) return contacts;
  throw new ValidationException(faults.slice(0, FAULTS_MAX));
}

async function* checksOf(items: readonly BulkItem[]): AsyncGenerator<NewContact | Problem> {
  for (const [index, item] of items.entries()) {
    if (index % TOGETHER_MAX === TOGETHER_MAX - 1) await nextTurn();
    yield await checked(item);
  }
}

async function checked(item: BulkItem): Promise<NewContact | Problem> {
  try {
    const body = item.body();
    return readBooking(body) ?? (await bookingByDto(body));
  } catch (fault) {
    if (!(fault instanceof HttpException)) throw fault;
    return problemOf(fewer(fault), '');
  }
}

/** @throws ValidationException */
export const bookingByDto = async (body: unknown): Promise<NewContact> =>
  newContactOf((await validation.transform(body, BOOKING)) as BookContactDto);

const fewer = (fault: HttpException): HttpException =>
  fault instanceof ValidationException
    ? new ValidationException(fault.errors.slice(0, FAULTS_PER_ITEM_MAX))
    : fault;

/** `[17].duration`, or `[17]` where no field of it is at fault. */
const faultsAt = (index: number, { errors, detail }: Problem): FieldFault[] =>
  (errors ?? [{ field: 'body', message: detail }]).map(({ field, message }) => ({
    field: field === 'body' ? `[${index}]` : `[${index}].${field}`,
    message: `[${index}]: ${message}`,
  }));
