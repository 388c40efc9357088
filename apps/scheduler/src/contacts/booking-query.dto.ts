import { QueryFlag } from '../antennas/antenna.dto.js';
import { ReasonQueryDto } from './cause.dto.js';

/** What stands behind `?` when contacts are booked. */
export class BookingTermsQueryDto extends ReasonQueryDto {
  @QueryFlag('Cancel scheduled contacts of lower priority that have the antenna then')
  readonly displace: boolean = false;
}

/** What stands behind `?` when a contact is booked or changed. */
export class BookingQueryDto extends BookingTermsQueryDto {
  @QueryFlag('Check everything and store nothing; answers 200 with what would have come of it')
  readonly dry_run: boolean = false;
}
