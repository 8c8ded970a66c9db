/// The whole server through the vendor's own Java client, every call of it.
@NullMarked
package dev.drover.sdk;

import org.jspecify.annotations.NullMarked;
