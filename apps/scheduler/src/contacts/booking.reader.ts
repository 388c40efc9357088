import { isText } from '#common/contracts';
import { parseInstant } from '#common/domain';
import type { NewContact } from './contact-store.port.js';
import {
  ANTENNA_CHARS_MAX,
  DURATION_SECONDS_MAX,
  PRIORITY_MAX,
  SHIP_NAME_CHARS_MAX,
} from './contact.dto.js';
