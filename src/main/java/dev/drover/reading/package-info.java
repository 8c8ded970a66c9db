/// Reading the log of a session: the search over its events, for people and for the tool
/// `get_events`, with which a model rereads what it no longer sees.
@NullMarked
package dev.drover.reading;

import org.jspecify.annotations.NullMarked;
