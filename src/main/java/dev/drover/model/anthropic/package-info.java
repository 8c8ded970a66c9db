/// The Messages API of Anthropic and all other servers with `/v1/messages`. [MessagesModel] makes
/// the request, and `Assembly` builds the reply from the stream's events.
@NullMarked
package dev.drover.model.anthropic;

import org.jspecify.annotations.NullMarked;
