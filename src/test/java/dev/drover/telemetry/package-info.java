@NullMarked
package dev.drover.telemetry;

import org.jspecify.annotations.NullMarked;
