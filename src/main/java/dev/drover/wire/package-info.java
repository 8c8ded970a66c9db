/// THE PUBLIC PROTOCOL: JSON to records and back, strict with clients, tolerant with the log.
@NullMarked
package dev.drover.wire;

import org.jspecify.annotations.NullMarked;
