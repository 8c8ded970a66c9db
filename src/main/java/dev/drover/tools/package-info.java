/// What a model may call: the tools that this server has run, and what an agent is offered of them
/// and of its client's own.
@NullMarked
package dev.drover.tools;

import org.jspecify.annotations.NullMarked;
