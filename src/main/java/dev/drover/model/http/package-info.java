/// What every model over HTTP needs: a server behind [dev.drover.http.Outbound]. [ModelServer]
/// asks, `ReplyBody` makes [ReplyEvents] of the bytes, [CallInput] and [Stop] read what both wires
/// have, [Failures] names what went wrong.
@NullMarked
package dev.drover.model.http;

import org.jspecify.annotations.NullMarked;
