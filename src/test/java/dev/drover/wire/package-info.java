/// The public protocol, as clients send it and as it is stored.
@NullMarked
package dev.drover.wire;

import org.jspecify.annotations.NullMarked;
