/// What an operator sees from outside: figures for Prometheus, and one log line for each event of
/// interest. Measured at the seams between the parts, by wrappers that the parts know nothing of.
@NullMarked
package dev.drover.telemetry;

import org.jspecify.annotations.NullMarked;
