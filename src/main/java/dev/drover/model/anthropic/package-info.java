/// The Messages wire: Anthropic and every other server that speaks `/v1/messages`. [MessagesModel]
/// asks, `Assembly` makes a reply of the stream's events.
@NullMarked
package dev.drover.model.anthropic;

import org.jspecify.annotations.NullMarked;
