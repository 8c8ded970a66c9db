/// The Messages wire: Anthropic and every other server that speaks `/v1/messages`.
@NullMarked
package dev.drover.model.anthropic;

import org.jspecify.annotations.NullMarked;
