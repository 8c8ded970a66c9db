package dev.drover.gateway;

import dev.drover.gateway.tls.Authority;
import dev.drover.gateway.tls.UpstreamTls;
import dev.drover.session.SessionId;
import java.util.function.Function;
import java.util.function.Supplier;

/// What is needed to put secrets into requests of sandboxes.
///
/// @param secrets those of a session; throws a `Problem` as the policies of [Gateway]
/// @param authority makes the certificates that programs see; throws a `Problem` `UNAVAILABLE`
/// @param upstream makes the connections to hosts
public record Interception(
    Function<SessionId, Secrets> secrets, Supplier<Authority> authority, UpstreamTls upstream) {}
