/// The Messages wire: Anthropic and every other server that speaks `/v1/messages`. A thin client of
/// our own over the JDK's HTTP client: [MessagesModel] asks, `EventStream` splits the bytes into
/// events, `Assembly` makes a reply of them, `Failures` names what went wrong.
@NullMarked
package dev.drover.model.anthropic;

import org.jspecify.annotations.NullMarked;
