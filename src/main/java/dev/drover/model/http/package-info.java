/// What every model over HTTP needs: a thin client of our own over the JDK's. [ModelServer] asks,
/// `ReplyBody` and `EventStream` make [ReplyEvents] of the bytes, [CallInput] and [Stop] read what
/// both wires have, [Failures] names what went wrong.
@NullMarked
package dev.drover.model.http;

import org.jspecify.annotations.NullMarked;
