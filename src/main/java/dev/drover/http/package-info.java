/// Requests to other servers. [Outbound] is the one client and the only code that uses
/// `java.net.http`; a [Guard] decides to which addresses it may connect; [ServerEvents] reads event
/// streams.
@NullMarked
package dev.drover.http;

import org.jspecify.annotations.NullMarked;
