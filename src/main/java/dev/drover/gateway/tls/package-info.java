/// TLS at both ends of a connection that the gateway reads: [Authority] answers a program in a
/// sandbox, [UpstreamTls] asks the host. Only this package makes certificates.
@NullMarked
package dev.drover.gateway.tls;

import org.jspecify.annotations.NullMarked;
