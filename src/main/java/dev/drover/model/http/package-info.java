/// What every model over HTTP needs: a thin client of our own over the JDK's. [ModelServer] asks,
/// [EventStream] splits the bytes into events, [Failures] names what went wrong.
@NullMarked
package dev.drover.model.http;

import org.jspecify.annotations.NullMarked;
