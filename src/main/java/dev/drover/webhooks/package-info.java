/// Webhooks: endpoints that are notified of what happens in a workspace. What happened is stored in
/// the transaction of its cause; signed requests deliver it at least once.
@NullMarked
package dev.drover.webhooks;

import org.jspecify.annotations.NullMarked;
