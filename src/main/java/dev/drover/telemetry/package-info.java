/// WHAT AN OPERATOR SEES: figures for Prometheus, and one log line for each important event. They
/// are measured between the parts, by wrappers that the parts do not know.
@NullMarked
package dev.drover.telemetry;

import org.jspecify.annotations.NullMarked;
