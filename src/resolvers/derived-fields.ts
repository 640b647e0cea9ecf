import { FieldResolver, Float, ID, Int, Resolver, Root } from 'type-graphql';
import { ContactList, Stats } from '../schema/campaign.js';

/** Fields that follow from others of their object: they are computed where they are asked for, and stored nowhere. */
@Resolver(() => Stats)
export class StatsResolver {
  @FieldResolver(() => Int, {
    description:
      "Messages without a final status yet: scheduled, submitted, or counted only in Exotel's own total.",
  })
  pending(@Root() stats: Stats): number {
    // Counts under an unknown status are pending: a message must not be shown as failed on a guess.
    return stats.total - stats.sent - undeliveredOf(stats);
  }

  @FieldResolver(() => Int, {
    description:
      'Messages that failed for whatever reason, invalid numbers included. `sent`, `pending` and `undelivered` add up to ' +
      '`total`.',
  })
  undelivered(@Root() stats: Stats): number {
    return undeliveredOf(stats);
  }

  @FieldResolver(() => Float, {
    description:
      'Share of all messages that are sent or undelivered: `(sent + undelivered) / total`, from 0 to 1. 0 if `total` is 0.',
  })
  progress(@Root() stats: Stats): number {
    return stats.total === 0 ? 0 : (stats.sent + undeliveredOf(stats)) / stats.total;
  }
}

@Resolver(() => ContactList)
export class ContactListResolver {
  @FieldResolver(() => ID, { description: 'Same value as `sid`, for client caches that key on `id`.' })
  id(@Root() list: ContactList): string {
    return list.sid;
  }
}

/** The sum is at most `total`, also where counts were clamped to GraphQL's `Int`. */
function undeliveredOf(stats: Stats): number {
  const { total, sent, failed, failedDnd, failedExpired, failedNoAttempt, failedNoBalance, invalid } = stats;
  const failures = failed + failedDnd + failedExpired + failedNoAttempt + failedNoBalance + invalid;
  return Math.min(failures, total - sent);
}
